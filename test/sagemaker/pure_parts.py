"""The parts of lib/sagemaker/train.py that need neither torch nor a model: run with the standard library alone."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[2] / "lib" / "sagemaker"))

import train  # noqa: E402


class PureParts(unittest.TestCase):
    def test_hyperparameters_are_texts_and_what_is_not_known_is_refused(self):
        settings = train.read_settings({"epochs": "3", "learningRate": "0.5", "method": "full"})
        self.assertEqual((settings.epochs, settings.learningRate, settings.method, settings.batchSize), (3, 0.5, "full", 1))
        for texts, said in [
            ({"epoch": "3"}, "unknown hyperparameters epoch; allowed: method, epochs"),
            ({"epochs": "three"}, "hyperparameter epochs must be a int, got 'three'"),
            ({"epochs": "0"}, "hyperparameter epochs must be at least 1, got 0"),
            ({"method": "qlora"}, "hyperparameter method must be lora or full, got 'qlora'"),
            ({"learningRate": "-1"}, "must not be below 0"),
        ]:
            with self.assertRaisesRegex(train.CorpusError, said):
                train.read_settings(texts)

    def test_a_corpus_is_read_in_the_order_of_names_and_lines(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "b.jsonl").write_text('{"input": "third"}\n')
            (folder / "a.jsonl").write_text('{"text": "first"}\r\n{"text": "second"}')
            (folder / ".hidden").write_text("not read")
            self.assertEqual(list(train.read_texts(folder)), ["first", "second", "third"])

    def test_a_wrong_line_is_named_with_its_file_and_what_to_do(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with self.assertRaisesRegex(train.CorpusError, "has no file"):
                list(train.read_texts(folder))
            for line in [b"{", b"\xff\xfe", b"[1]", b'{"text": " "}', b'{"text": 1}', b'{"other": "a"}']:
                (folder / "corpus.jsonl").write_bytes(b'{"text": "good"}\n' + line)
                with self.assertRaisesRegex(train.CorpusError, "corpus.jsonl line 2 .*fmpaths dataset --help"):
                    list(train.read_texts(folder))

    def test_documents_are_joined_with_the_end_token_and_cut(self):
        # 1 2 0 3 4 | 5 6 0 7 0, and nothing of what does not fill an example
        self.assertEqual(list(train.pack([[1, 2], [3, 4, 5, 6], [7]], 0, 5)), [[1, 2, 0, 3, 4], [5, 6, 0, 7, 0]])
        self.assertEqual(list(train.pack([[1, 2]], 0, 5)), [])

    def test_every_example_is_trained_on_once_an_epoch_in_the_same_order_again(self):
        settings = train.Settings(batchSize=4, epochs=3, accumulation=2)
        # ten examples are three batches, and they are two changes of the weights
        self.assertEqual(train.plan(10, settings), (2, 6))
        self.assertEqual(train.plan(10, train.Settings(batchSize=4, epochs=3, accumulation=2, maxSteps=5)), (2, 5))
        batches = train.batches_of_epoch(10, settings, 1)
        self.assertEqual([len(batch) for batch in batches], [4, 4, 2])
        self.assertEqual(sorted(sum(batches, [])), list(range(10)))
        self.assertEqual(batches, train.batches_of_epoch(10, settings, 1))
        self.assertNotEqual(batches, train.batches_of_epoch(10, settings, 2))

    def test_the_rate_rises_and_falls_to_a_tenth(self):
        settings = train.Settings(learningRate=1.0, warmupSteps=10)
        self.assertAlmostEqual(train.rate_at(0, 110, settings), 0.1)
        self.assertAlmostEqual(train.rate_at(9, 110, settings), 1.0)
        # half way the cosine is nought: 0.1 + 0.45
        self.assertAlmostEqual(train.rate_at(60, 110, settings), 0.55)
        self.assertAlmostEqual(train.rate_at(110, 110, settings), 0.1)
        self.assertAlmostEqual(train.rate_at(10, 110, train.Settings()), 2e-4)

    def test_half_a_checkpoint_is_never_read(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self.assertIsNone(train.newest_checkpoint(folder / "none"))
            (folder / "half-300").mkdir()
            self.assertIsNone(train.newest_checkpoint(folder))
            (folder / "step-90").mkdir()
            (folder / "step-100").mkdir()
            self.assertEqual(train.newest_checkpoint(folder).name, "step-100")

    def test_the_defaults_are_those_that_the_head_of_the_script_says(self):
        settings = train.Settings()
        for line in train.__doc__.splitlines():
            words = line.split()
            if len(words) > 1 and hasattr(settings, words[0]) and words[1].isdigit():
                self.assertEqual(str(getattr(settings, words[0])), words[1], words[0])
        self.assertEqual(json.dumps(train.DEFAULT_RATES), '{"lora": 0.0002, "full": 1e-05}')


if __name__ == "__main__":
    unittest.main()
