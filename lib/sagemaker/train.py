"""Continued pre-training on a SageMaker training instance.

Reads an unlabelled corpus and the weights of a model, goes on training it to predict the next token, and writes weights that
Custom Model Import of Amazon Bedrock takes: config.json, *.safetensors and the tokenizer, merged where LoRA was used.

Channels (folders below /opt/ml/input/data):
  corpus       files of one JSON object a line, {"text": "..."} or {"input": "..."}
  validation   optional: the same, never trained on; its loss is reported after every epoch
  model        weights, config.json and tokenizer in Hugging Face format; of an instruct model, whose chat template is kept
  code         this file

Hyperparameters (texts, as SageMaker hands them over in /opt/ml/input/config/hyperparameters.json):
  method            lora (default) | full
  epochs            1     whole passes over the corpus
  sequenceLength    1024  tokens of one example; documents are joined with the end token between them and cut
  batchSize         1     examples a step
  accumulation      8     steps before weights change
  learningRate      2e-4 (lora) | 1e-5 (full)
  warmupSteps       10
  loraRank          16
  maxSteps          0     stop after so many changes of the weights; 0: at the end of the last epoch
  checkpointSteps   50    changes of the weights between checkpoints
  seed              20261126

Checkpoints go to /opt/ml/checkpoints, which SageMaker copies to S3 and back: an interrupted spot instance goes on where the last
checkpoint was taken, with the same order of examples. Lines "train:loss=..." and "validation:loss=..." are the job's metrics.

One process on one instance: on the GPU where there is one, else on the CPU; where there are several GPUs the layers are spread over
them, which makes room and no speed. What it needs beside Python is torch, transformers and peft (accelerate for several GPUs),
which the Hugging Face training container has. It opens no connection.
"""

import json
import math
import os
import random
import shutil
import sys
from dataclasses import dataclass, fields
from pathlib import Path

INPUT = Path("input/data")
OUTPUT = Path("model")
CHECKPOINTS = Path("checkpoints")
HYPERPARAMETERS = Path("input/config/hyperparameters.json")
RESOURCES = Path("input/config/resourceconfig.json")

DEFAULT_RATES = {"lora": 2e-4, "full": 1e-5}


class CorpusError(Exception):
    """Something that the person who started the job must mend: SageMaker shows it as the reason of the failure."""


@dataclass(frozen=True)
class Settings:
    method: str = "lora"
    epochs: int = 1
    sequenceLength: int = 1024
    batchSize: int = 1
    accumulation: int = 8
    learningRate: float = 0.0
    warmupSteps: int = 10
    loraRank: int = 16
    maxSteps: int = 0
    checkpointSteps: int = 50
    seed: int = 20261126


def read_settings(texts):
    """Settings from the job's hyperparameters. What is not known is refused: a misspelt one would silently do nothing."""
    known = {field.name: field.type for field in fields(Settings)}
    unknown = sorted(set(texts) - set(known))
    if unknown:
        raise CorpusError(f"unknown hyperparameters {', '.join(unknown)}; allowed: {', '.join(known)}")
    values = {}
    for name, text in texts.items():
        kind = known[name]
        try:
            values[name] = kind(text)
        except ValueError:
            raise CorpusError(f"hyperparameter {name} must be a {kind.__name__}, got '{text}'") from None
    settings = Settings(**values)
    if settings.method not in DEFAULT_RATES:
        raise CorpusError(f"hyperparameter method must be lora or full, got '{settings.method}'")
    for name in ("epochs", "sequenceLength", "batchSize", "accumulation", "loraRank", "checkpointSteps"):
        if getattr(settings, name) < 1:
            raise CorpusError(f"hyperparameter {name} must be at least 1, got {getattr(settings, name)}")
    if settings.learningRate < 0 or settings.maxSteps < 0 or settings.warmupSteps < 0:
        raise CorpusError("learningRate, maxSteps and warmupSteps must not be below 0")
    return settings


def read_texts(folder):
    """The documents of a channel, in the order of file names and lines. Holds one line at a time."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise CorpusError(f"the channel {folder.name} has no file: put a corpus of lines like {{\"text\": \"...\"}} there")
    for path in files:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                yield text_of(line, f"{path.name} line {number}")


def text_of(line, where):
    try:
        record = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CorpusError(f"{where} is no JSON in UTF-8 ({error}): 'npx fmpaths dataset --help' says how to check it") from None
    text = record.get("text", record.get("input")) if isinstance(record, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise CorpusError(f"{where} must be like {{\"text\": \"...\"}}: 'npx fmpaths dataset --help' says how to check it")
    return text


def pack(documents, end_token, length):
    """Joins tokenised documents with the end token between them, and cuts examples of exactly `length`; the rest is left out."""
    buffer = []
    for tokens in documents:
        buffer.extend(tokens)
        buffer.append(end_token)
        while len(buffer) >= length:
            yield buffer[:length]
            del buffer[:length]


def plan(examples, settings):
    """How many changes of the weights one epoch has, and all of them together."""
    batches = math.ceil(examples / settings.batchSize)
    per_epoch = math.ceil(batches / settings.accumulation)
    total = per_epoch * settings.epochs
    return per_epoch, min(total, settings.maxSteps) if settings.maxSteps else total


def batches_of_epoch(examples, settings, epoch):
    """Indices of examples, batch by batch: the same order whenever the epoch is begun again."""
    order = list(range(examples))
    random.Random(settings.seed + epoch).shuffle(order)
    return [order[start : start + settings.batchSize] for start in range(0, examples, settings.batchSize)]


def rate_at(step, total, settings):
    """Rises over the warm-up, then falls as a cosine to a tenth."""
    top = settings.learningRate or DEFAULT_RATES[settings.method]
    if step < settings.warmupSteps:
        return top * (step + 1) / settings.warmupSteps
    share = (step - settings.warmupSteps) / max(1, total - settings.warmupSteps)
    return top * (0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, share))))


def newest_checkpoint(folder):
    """The last whole checkpoint: one is written beside and renamed, so that half of one is never read."""
    if not folder.is_dir():
        return None
    whole = [path for path in folder.iterdir() if path.is_dir() and path.name.startswith("step-")]
    return max(whole, key=lambda path: int(path.name.split("-")[1]), default=None)


def say(text):
    print(text, flush=True)


def train(root):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    parameters = root / HYPERPARAMETERS
    texts = json.loads(parameters.read_text()) if parameters.is_file() else {}
    settings = read_settings(texts)
    resources = root / RESOURCES
    hosts = json.loads(resources.read_text()).get("hosts", []) if resources.is_file() else []
    if len(hosts) > 1:
        raise CorpusError(f"{len(hosts)} instances would all train the same and bill {len(hosts)} times: use one")
    torch.manual_seed(settings.seed)
    spread = torch.cuda.device_count() > 1
    device = "cuda" if torch.cuda.is_available() else "cpu"
    source = root / INPUT / "model"
    if not (source / "config.json").is_file():
        raise CorpusError("the channel model has no config.json: put the weights of a model in Hugging Face format there")
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
    if tokenizer.eos_token_id is None:
        raise CorpusError("the tokenizer has no end token, so documents cannot be told apart: choose another model")
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        source, local_files_only=True, torch_dtype=dtype, **({"device_map": "auto"} if spread else {})
    )
    if not spread:
        model = model.to(device)

    def load(channel):
        documents = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in read_texts(root / INPUT / channel))
        return list(pack(documents, tokenizer.eos_token_id, settings.sequenceLength))

    examples = load("corpus")
    if not examples:
        raise CorpusError(
            f"the corpus has fewer than {settings.sequenceLength} tokens, one example: add text or lower sequenceLength"
        )
    held = load("validation") if (root / INPUT / "validation").is_dir() else []
    if settings.method == "lora":
        from peft import LoraConfig, get_peft_model

        # rank-stabilised adapters of every linear layer but the last
        model = get_peft_model(
            model,
            LoraConfig(r=settings.loraRank, lora_alpha=2 * settings.loraRank, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
    per_epoch, total = plan(len(examples), settings)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1.0, weight_decay=0.0)
    checkpoints = root / CHECKPOINTS
    step = resume(checkpoints, model, optimizer, device)
    say(f"{len(examples)} examples of {settings.sequenceLength} tokens, {total} changes of the weights, {sum(w.numel() for w in trained)} weights, {device}, from step {step}")

    def loss_of(rows):
        tokens = torch.tensor(rows, device=device)
        return model(input_ids=tokens, labels=tokens).loss

    def validate():
        if not held:
            return
        model.eval()
        with torch.no_grad():
            losses = [loss_of([row]).item() for row in held]
        model.train()
        say(f"validation:loss={sum(losses) / len(losses):.6f}")

    model.train()
    while step < total:
        epoch, done = divmod(step, per_epoch)
        batches = batches_of_epoch(len(examples), settings, epoch)
        first = done * settings.accumulation
        rows_of_step = batches[first : first + settings.accumulation]
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, total, settings)
        losses = []
        for rows in rows_of_step:
            loss = loss_of([examples[row] for row in rows])
            if not math.isfinite(loss.item()):
                raise CorpusError(f"the loss is {loss.item()} at step {step}: lower learningRate")
            (loss / len(rows_of_step)).backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        say(f"step {step} of {total} train:loss={sum(losses) / len(losses):.6f}")
        if step % per_epoch == 0 or step == total:
            validate()
        if step % settings.checkpointSteps == 0 and step < total:
            save_checkpoint(checkpoints, step, model, optimizer)
    write_model(model, tokenizer, root / OUTPUT, settings.method)


def trained_state(model):
    return {name: weight.detach().cpu() for name, weight in model.named_parameters() if weight.requires_grad}


def save_checkpoint(folder, step, model, optimizer):
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"half-{step}"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    torch.save({"step": step, "weights": trained_state(model), "optimizer": optimizer.state_dict()}, half / "state.pt")
    half.rename(folder / f"step-{step}")
    for old in folder.glob("step-*"):
        if old.name != f"step-{step}":
            shutil.rmtree(old, ignore_errors=True)
    say(f"checkpoint at step {step}")


def resume(folder, model, optimizer, device):
    import torch

    newest = newest_checkpoint(folder)
    if newest is None:
        return 0
    state = torch.load(newest / "state.pt", map_location=device, weights_only=True)
    _, unexpected = model.load_state_dict(state["weights"], strict=False)
    if unexpected:
        raise CorpusError(f"the checkpoint in {newest.name} is of other weights: start a new job")
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


def write_model(model, tokenizer, folder, method):
    """Whole weights, for import knows no adapters; half precision, as it asks for."""
    import torch

    if method == "lora":
        model = model.merge_and_unload()
    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True, max_shard_size="4GB")
    tokenizer.save_pretrained(folder)
    say(f"wrote {', '.join(sorted(path.name for path in folder.iterdir()))}")


def main(root=Path("/opt/ml")):
    try:
        train(root)
    except CorpusError as error:
        # SageMaker shows this file as the reason of the failure
        failure = root / "output" / "failure"
        failure.parent.mkdir(parents=True, exist_ok=True)
        failure.write_text(str(error))
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    # tokenizers warn of it in every forked worker, and there is none
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(main(Path(os.environ.get("FMPATHS_SAGEMAKER_ROOT", "/opt/ml"))))
