"""Runs lib/sagemaker/train.py as SageMaker does, on the CPU, with a tiny model of random weights: needs torch, transformers, peft."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "config" / "datasets" / "continued-pretraining"
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def make_model(folder):
    """A Llama of 2 layers with 32 dimensions, and a tokenizer of 400 pieces of the sample corpus."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    texts = [json.loads(line)["text"] for line in (SAMPLES / "train.jsonl").read_text().splitlines()]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=["<end>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(1)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(fast),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            eos_token_id=fast.eos_token_id,
            bos_token_id=None,
        )
    ).save_pretrained(folder)


class FullRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.model = Path(cls.folder.name) / "model"
        make_model(cls.model)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def root(self, hyperparameters):
        root = Path(tempfile.mkdtemp(dir=self.folder.name))
        data = root / "input" / "data"
        for channel, file in [("corpus", "train.jsonl"), ("validation", "validation.jsonl")]:
            (data / channel).mkdir(parents=True)
            (data / channel / file).write_bytes((SAMPLES / file).read_bytes())
        (data / "model").symlink_to(self.model)
        (root / "input" / "config").mkdir()
        texts = {"sequenceLength": "128", "batchSize": "4", "accumulation": "2", "warmupSteps": "2", **hyperparameters}
        (root / "input" / "config" / "hyperparameters.json").write_text(json.dumps(texts))
        return root

    def run_script(self, root, **environment):
        return subprocess.run(
            [sys.executable, str(ROOT / "lib" / "sagemaker" / "train.py")],
            env={**os.environ, "FMPATHS_SAGEMAKER_ROOT": str(root), "HF_HUB_OFFLINE": "1", **environment},
            capture_output=True,
            text=True,
            timeout=900,
        )

    def weights(self, root):
        from safetensors.torch import load_file

        return load_file(root / "model" / "model.safetensors")

    def losses(self, result, name):
        return [float(loss) for loss in re.findall(rf"{name}:loss=([0-9.]+)", result.stdout)]

    def test_full_training_learns_and_writes_whole_weights_that_load_again(self):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        root = self.root({"method": "full", "epochs": "3", "learningRate": "0.01"})
        result = self.run_script(root)
        self.assertEqual(result.returncode, 0, result.stderr)
        validation = self.losses(result, "validation")
        self.assertEqual(len(validation), 3)
        self.assertLess(validation[-1], validation[0])
        train = self.losses(result, "train")
        # weights of chance know nothing: the logarithm of the pieces
        self.assertAlmostEqual(train[0], 6.0, delta=0.3)
        self.assertLess(train[-1], train[0] - 0.5)
        names = {path.name for path in (root / "model").iterdir()}
        self.assertLessEqual({"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}, names)
        model = AutoModelForCausalLM.from_pretrained(root / "model")
        tokenizer = AutoTokenizer.from_pretrained(root / "model")
        self.assertEqual(tokenizer.chat_template, TEMPLATE)
        tokens = tokenizer("A stack is", return_tensors="pt")["input_ids"]
        self.assertGreater(model.generate(tokens, max_new_tokens=5, do_sample=False).shape[1], tokens.shape[1])

    def test_adapters_are_merged_into_weights_of_the_same_names(self):
        root = self.root({"method": "lora", "loraRank": "4", "maxSteps": "4", "learningRate": "0.01"})
        result = self.run_script(root)
        self.assertEqual(result.returncode, 0, result.stderr)
        from safetensors.torch import load_file

        before = load_file(self.model / "model.safetensors")
        after = self.weights(root)
        self.assertEqual(set(before), set(after))
        changed = [name for name in after if not before[name].bfloat16().equal(after[name])]
        # every linear layer of both blocks, and nothing else
        self.assertEqual(len(changed), 2 * 7, changed)
        self.assertTrue(all("proj" in name for name in changed))

    def test_an_interrupted_job_goes_on_at_its_checkpoint_and_ends_with_the_same_weights(self):
        hyperparameters = {"method": "full", "epochs": "1", "maxSteps": "9", "checkpointSteps": "4", "learningRate": "0.01"}
        whole = self.root(hyperparameters)
        self.assertEqual(self.run_script(whole).returncode, 0)
        interrupted = self.root(hyperparameters)
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "lib" / "sagemaker" / "train.py")],
            env={**os.environ, "FMPATHS_SAGEMAKER_ROOT": str(interrupted), "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        # as spot capacity is taken away: no warning, between two steps or in one
        for line in process.stdout:
            if line.startswith("checkpoint at step 4"):
                process.kill()
                break
        process.wait()
        process.stdout.close()
        self.assertFalse((interrupted / "model").exists())
        again = self.run_script(interrupted)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertRegex(again.stdout, r"from step [48]\n")
        before, after = self.weights(whole), self.weights(interrupted)
        self.assertTrue(all(before[name].equal(after[name]) for name in before))

    def test_what_must_be_mended_is_the_reason_of_the_failure(self):
        for hyperparameters, reason in [
            ({"sequenceLength": "10000000"}, "fewer than 10000000 tokens"),
            ({"epochz": "1"}, "unknown hyperparameters epochz"),
        ]:
            root = self.root(hyperparameters)
            self.assertEqual(self.run_script(root).returncode, 1)
            self.assertIn(reason, (root / "output" / "failure").read_text())


if __name__ == "__main__":
    unittest.main()
