"""References in Python files: what documentation shows beside what only looks like it."""

from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.data import whole
from scanner.references import Confidence, Kind, Names, Reference, Source
from scanner.references.names import ID
from scanner.references.python import PYTHON
from tests.references.reading import found

NAMES = Names(whole("publishers.yaml"))


def read(text: str | bytes) -> list[Reference]:
    data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return list(PYTHON.read(Source("app/main.py", data, len(data)), NAMES))


def told(text: str) -> set[str]:
    """What is of concern, as ``kind text@revision``."""
    return {
        f"{r.kind} {r.repo or r.text}" + (f"@{r.revision}" if r.revision else "")
        for r in read(text)
        if r.kind is not Kind.IGNORED
    }


IDIOMS = [
    ("from transformers import AutoModel\nAutoModel.from_pretrained('acme/widget', revision='v1')", {"model acme/widget@v1"}),
    ("from transformers import pipeline\npipeline('fill-mask', 'acme/widget')", {"model acme/widget"}),
    ("from transformers import pipeline as p\np(task='x', model='acme/widget', tokenizer='acme/words')", {"model acme/widget", "model acme/words"}),
    ("import transformers\ntransformers.pipeline(model='gpt2')", {"model gpt2"}),
    ("class Mine:\n  def __init__(self): self.m = Auto.from_pretrained('acme/widget')", {"model acme/widget"}),
    ("from diffusers import DiffusionPipeline\np = DiffusionPipeline.from_pretrained('acme/draw', vae=vae)\np.load_lora_weights('acme/style', weight_name='a.safetensors')\np.load_ip_adapter('acme/ip', subfolder='models')", {"model acme/draw", "model acme/style", "model acme/ip"}),
    ("from diffusers import X\nX.from_single_file('https://huggingface.co/acme/draw/blob/main/x.safetensors')", {"model acme/draw@main"}),
    ("from sentence_transformers import SentenceTransformer, CrossEncoder\nSentenceTransformer('all-MiniLM-L6-v2')\nCrossEncoder('acme/cross')", {"model sentence-transformers/all-MiniLM-L6-v2", "model acme/cross"}),
    ("from peft import PeftModel\nPeftModel.from_pretrained(base, 'acme/lora')", {"model acme/lora"}),
    ("from peft import LoraConfig\nLoraConfig(base_model_name_or_path='acme/base', r=8)", {"model acme/base"}),
    ("from huggingface_hub import snapshot_download, hf_hub_download\nsnapshot_download(repo_id='acme/widget', revision='abc')\nhf_hub_download('acme/rows', 'a.csv', repo_type='dataset')", {"model acme/widget@abc", "dataset acme/rows"}),
    ("from huggingface_hub import HfApi, InferenceClient\nHfApi().model_info('acme/widget')\nInferenceClient(model='acme/chat')", {"model acme/widget", "model acme/chat"}),
    ("from vllm import LLM\nLLM(model='acme/widget', tokenizer='acme/words', revision='r', trust_remote_code=True)", {"model acme/widget@r", "model acme/words@r"}),
    ("from vllm.engine.arg_utils import AsyncEngineArgs\nAsyncEngineArgs(model='acme/widget', speculative_config={'model': 'acme/draft'})", {"model acme/widget", "model acme/draft"}),
    ("from vllm.lora.request import LoRARequest\nLoRARequest('sql', 1, 'acme/sql-lora')", {"model acme/sql-lora"}),
    ("import sglang as sgl\nsgl.Engine(model_path='acme/widget')", {"model acme/widget"}),
    ("from llama_cpp import Llama\nLlama.from_pretrained(repo_id='acme/widget-GGUF', filename='*q8_0.gguf')", {"model acme/widget-GGUF"}),
    ("from llama_cpp import Llama\nLlama(model_path='./m/widget.gguf')", {"local ./m/widget.gguf"}),
    ("from langchain_huggingface import HuggingFaceEmbeddings, HuggingFaceEndpoint\nHuggingFaceEmbeddings(model_name='acme/embed')\nHuggingFaceEndpoint(repo_id='acme/chat')", {"model acme/embed", "model acme/chat"}),
    ("from langchain_huggingface import HuggingFacePipeline\nHuggingFacePipeline.from_model_id(model_id='acme/chat', task='x')", {"model acme/chat"}),
    ("from langchain_ollama import ChatOllama\nChatOllama(model='llama3.1')", {"unresolved llama3.1"}),
    ("from llama_index.core import Settings\nSettings.embed_model = 'local:acme/embed'", {"model acme/embed"}),
    ("from llama_index.llms.huggingface import HuggingFaceLLM\nHuggingFaceLLM(model_name='acme/chat', tokenizer_name='acme/words')", {"model acme/chat", "model acme/words"}),
    ("from haystack.components.embedders import SentenceTransformersTextEmbedder\nSentenceTransformersTextEmbedder(model='acme/embed')", {"model acme/embed"}),
    ("from litellm import completion\ncompletion(model='huggingface/acme/chat', messages=[])\ncompletion(model='gpt-4o')", {"model acme/chat"}),
    ("from mlx_lm import load\nmodel, words = load('acme/widget-4bit')", {"model acme/widget-4bit"}),
    ("from unsloth import FastLanguageModel\nFastLanguageModel.from_pretrained(model_name='acme/widget', max_seq_length=1)", {"model acme/widget"}),
    ("import gradio as gr\ngr.load('models/acme/widget')\ngr.load('acme/other', src='models')\ngr.load('spaces/acme/app')", {"model acme/widget", "model acme/other"}),
    ("import timm\ntimm.create_model('hf_hub:acme/widget', pretrained=True)\ntimm.create_model('resnet50')", {"model acme/widget", "unresolved resnet50"}),
    ("import open_clip\nopen_clip.create_model_and_transforms('hf-hub:acme/clip')", {"model acme/clip"}),
    ("import spacy\nspacy.load('en_core_web_sm')", {"unresolved en_core_web_sm"}),
    ("import keras_hub\nkeras_hub.models.X.from_preset('hf://acme/widget')", {"model acme/widget"}),
    ("from faster_whisper import WhisperModel\nWhisperModel('large-v3', device='cuda')", {"model Systran/faster-whisper-large-v3"}),
    ("from faster_whisper import WhisperModel\nWhisperModel('a-size-of-tomorrow')", {"unresolved a-size-of-tomorrow"}),
    ("import whisperx\nwhisperx.load_model('large-v2', 'cuda')\nwhisperx.load_align_model('de', 'cpu', 'acme/align')\nwhisperx.DiarizationPipeline('acme/diary')", {"model Systran/faster-whisper-large-v2", "model acme/align", "model acme/diary"}),
    ("import whisper_timestamped as whisper\nwhisper.load_model('acme/whisper', backend='transformers')\nwhisper.load_model('tiny')", {"model acme/whisper", "unresolved tiny"}),
    ("import stable_whisper\nstable_whisper.load_hf_whisper('base')\nstable_whisper.load_faster_whisper('base')\nstable_whisper.load_model('base')", {"model openai/whisper-base", "model Systran/faster-whisper-base", "unresolved base"}),
    ("import whisper, faster_whisper\nwhisper.load_model('turbo')", {"unresolved turbo"}),
    ("from pyannote.audio.pipelines import VoiceActivityDetection as V\nV(segmentation='acme/segments')", {"model acme/segments"}),
    ("from nemo.collections.asr.models import ASRModel\nASRModel.from_pretrained('acme/asr')\nASRModel.from_pretrained('stt_en_citrinet_256')", {"model acme/asr", "unresolved stt_en_citrinet_256"}),
    ("from nemo.collections import llm\nllm.import_ckpt(model, 'hf://acme/widget')", {"model acme/widget"}),
    ("from txtai import RAG, LLM\nRAG(embeddings, 'acme/widget')\nLLM('acme/chat')", {"model acme/widget", "model acme/chat"}),
    ("from txtai.pipeline import Reranker\nReranker(embeddings, similarity)", set()),
    ("from llama_index.postprocessor.flag_embedding_reranker import FlagEmbeddingReranker as F\nF(5, 'acme/rank')", {"model acme/rank"}),
    ("from llama_index.llms.vllm import Vllm\nVllm('acme/widget')", {"model acme/widget"}),
    ("from haystack_integrations.components.rankers.fastembed import FastembedRanker\nFastembedRanker(model_name='acme/rank')", {"model acme/rank"}),
    ("from chromadb.utils import embedding_functions as ef\nef.HuggingFaceEmbeddingFunction(key, 'acme/embed')\nef.OllamaEmbeddingFunction(url, 'tiny')", {"model acme/embed", "unresolved tiny"}),
    ("from bert_score import BERTScorer, score\nBERTScorer('acme/bert')\nscore(cands, refs, 'acme/deberta')", {"model acme/bert", "model acme/deberta"}),
    ("import evaluate\nevaluate.evaluator('text-classification').compute(model_or_pipeline='acme/widget', data=rows)", {"model acme/widget"}),
    ("from tensorrt_llm import LLM\nLLM('acme/widget', 'acme/words', tokenizer_revision='v1')", {"model acme/widget", "model acme/words"}),
    ("from ray.serve.llm import ModelLoadingConfig\nModelLoadingConfig(model_id='chat', model_source='acme/widget')", {"model acme/widget"}),
    ("from flair.models import TextRegressor\nTextRegressor.load('acme/mood')\nfrom flair.embeddings import SentenceTransformerDocumentEmbeddings as S\nS('all-MiniLM-L6-v2')", {"model acme/mood", "model sentence-transformers/all-MiniLM-L6-v2"}),
    ("from simpletransformers.seq2seq import Seq2SeqModel\nSeq2SeqModel('roberta', 'acme/reads', 'acme/writes')", {"model acme/reads", "model acme/writes"}),
    ("from transformer_lens.model_bridge import TransformerBridge\nTransformerBridge.boot_transformers('acme/widget', revision='v1')", {"model acme/widget@v1"}),
    ("from axolotl.utils.dict import DictDefault\nDictDefault(base_model='acme/widget', model_revision='v1')", {"model acme/widget@v1"}),
    ("import keras\nkeras.saving.load_model('hf://acme/widget')", {"model acme/widget"}),
    ("from safetensors.torch import load_model\nload_model(net, 'm/a.safetensors')", {"local m/a.safetensors"}),
    ("from torch.utils import model_zoo\nmodel_zoo.load_url('https://huggingface.co/acme/widget/resolve/v1/a.pth')", {"model acme/widget@v1"}),
    ("from ultralytics import YOLOWorld, FastSAM\nYOLOWorld('w/world.pt')\nFastSAM('w/fast.pt')", {"local w/world.pt", "local w/fast.pt"}),
    ("model.save_pretrained_gguf('acme/mine', tokenizer)\nmodel.push_to_hub_gguf('acme/mine', tokenizer)", set()),
    ("import torch\ntorch.load('a.pt', weights_only=False)\ntorch.hub.load('acme/code', 'net')", {"local a.pt"}),
    ("import evaluate\nevaluate.load('acme/metric')", set()),
    ("from datasets import load_dataset\nload_dataset('acme/rows', revision='r')", {"dataset acme/rows@r"}),
    ("import requests\nrequests.post('https://api-inference.huggingface.co/models/acme/widget')", {"model acme/widget"}),
    ("from transformers import TrainingArguments\nTrainingArguments(hub_model_id='acme/mine')\nmodel.push_to_hub('acme/mine')", set()),
    ("client.chat.completions.create(model='acme/chat', messages=[])", {"model acme/chat"}),
    ("import functools\nf = functools.partial(AutoModel.from_pretrained, 'acme/widget')", {"model acme/widget"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IDIOMS, ids=[text.split("\n")[-1][:50] for text, _ in IDIOMS])
def test_documented_idioms_are_found(text: str, expected: set[str]) -> None:
    assert told(text) == expected


LOAD = "AutoModel.from_pretrained"
VALUES = [
    (f"M = 'acme/widget'\nR = 'v1'\n{LOAD}(M, revision=R)", {"model acme/widget@v1"}),
    (f"class C:\n  name: str = 'acme/widget'\n  def f(self): return {LOAD}(self.name)", {"model acme/widget"}),
    (f"class C:\n  def __init__(self, name='acme/widget'): self.name = name\n  def f(self): return {LOAD}(self.name)", {"model acme/widget"}),
    (f"if big: m = 'acme/b'\nelse: m = 'acme/s'\n{LOAD}(m)", {"model acme/b", "model acme/s"}),
    (f"for m in ['acme/b', 'acme/s']: {LOAD}(m)", {"model acme/b", "model acme/s"}),
    (f"for m, r in [('acme/b', '1'), ('acme/s', '2')]: {LOAD}(m, revision=r)", {"model acme/b@1", "model acme/s@2"}),
    (f"T = {{'s': 'acme/s'}}\nfor k, v in T.items(): {LOAD}(v)", {"model acme/s"}),
    (f"T = dict(s='acme/s')\n{LOAD}(T['s'])", {"model acme/s"}),
    (f"O = 'acme'\n{LOAD}(f'{{O}}/widget-{{7}}b')", {"model acme/widget-7b"}),
    (f"{LOAD}('acme/' + 'widget')", {"model acme/widget"}),
    (f"{LOAD}('acme/%s' % 'widget')\n{LOAD}('{{}}/{{n}}'.format('acme', n='gear'))", {"model acme/widget", "model acme/gear"}),
    (f"{LOAD}('acme/b' if big else 'acme/s')", {"model acme/b", "model acme/s"}),
    (f"import os\n{LOAD}(os.environ.get('M', 'acme/widget'))", {"model acme/widget"}),
    (f"import os\n{LOAD}(os.environ['M'])", {"unresolved os.environ['M']"}),
    (f"import os\n{LOAD}(os.getenv('M') or 'acme/widget')", {"model acme/widget"}),
    (f"p.add_argument('--base-model', default='acme/widget')\na = p.parse_args()\n{LOAD}(a.base_model)", {"model acme/widget"}),
    (f"@click.option('--name', default='acme/widget')\ndef main(name): {LOAD}(name)", {"model acme/widget"}),
    (f"def main(name: str = typer.Option('acme/widget', '--name')): {LOAD}(name)", {"model acme/widget"}),
    (f"def main(name: str = Field(default='acme/widget')): {LOAD}(name)", {"model acme/widget"}),
    (f"def get(n): return {LOAD}(n)\nget('acme/widget')", {"model acme/widget"}),
    (f"def get(n): return {LOAD}(n)", {"unresolved n"}),
    (f"def name(): return 'acme/widget'\n{LOAD}(name())", {"model acme/widget"}),
    (f"from conf import M\n{LOAD}(M)", {"unresolved M"}),
    (f"{LOAD}(config.model.name)", {"unresolved config.model.name"}),
    (f"{LOAD}(f'acme/{{size}}')", {"unresolved f'acme/{size}'"}),
    (f"k = {{'pretrained_model_name_or_path': 'acme/widget', 'revision': 'r'}}\n{LOAD}(**k)", {"model acme/widget@r"}),
    (f"{LOAD}(**k)", {"unresolved k"}),
    (f"class E(Enum):\n  A = 'acme/widget'\n{LOAD}(E.A.value)", {"model acme/widget"}),
    (f"class A:\n  name: str = field(default='acme/widget')\na = A()\n{LOAD}(a.name)", {"model acme/widget"}),
    ("class A:\n  model_name: str = field(default='acme/widget')", {"model acme/widget"}),
    ("MODELS = {\n  'a': 1,\n  'b': 'acme/widget',\n}", {"model acme/widget"}),
    ("MODELS = [\n'acme/widget'\n]", {"model acme/widget"}),
    ("REPO_ID = 'acme/widget'", {"model acme/widget"}),
    ("class ModelName(Enum):\n  BIG = 'acme/widget'", {"model acme/widget"}),
    (f"{LOAD}(getattr(a, 'm', 'acme/widget'))", {"model acme/widget"}),
    ("run(['vllm', 'serve', '--model', 'acme/widget'])", {"model acme/widget"}),
    (f"load = partial({LOAD}, revision='r')\nload('acme/widget')", {"model acme/widget@r"}),
    (f"load = {LOAD}\nload(name)", {"unresolved name"}),
    (f"def get(n, r=None): return {LOAD}(n, revision=r)\nget('acme/a', 'r')\nget('acme/b')", {"model acme/a@r", "model acme/b"}),
    (f"for m, r in [('acme/b', '1'), ('acme/s', None)]: {LOAD}(m, revision=r)", {"model acme/b@1", "model acme/s"}),
    (f"T = {{'s': ('acme/s', '1'), 'b': ('acme/b', '2')}}\nm, r = T[k]\n{LOAD}(m, revision=r)", {"model acme/s@1", "model acme/b@2"}),
    (f"for m in ['acme/b']: {LOAD}(m)\nfor m in sys.argv[1:]: f({LOAD}(m))", {"model acme/b", "unresolved m"}),
    (f"for m in 'acme/b acme/s'.split(): {LOAD}(m)", {"model acme/b", "model acme/s"}),
    (f"for m in [x.strip() for x in 'acme/b,acme/s'.split(',')]: {LOAD}(m)", {"model acme/b", "model acme/s"}),
    (f"@ray.remote\nclass A:\n  def __init__(self, n): {LOAD}(n)\nA.remote('acme/widget')", {"model acme/widget"}),
    (f"class A:\n  def __init__(self, n): {LOAD}(n)\nclass B:\n  def __init__(self, n): pass\nA('acme/a')\nB('acme/thing')", {"model acme/a"}),
    (f"class A:\n  @property\n  def name(self): return 'acme/widget'\n  def f(self): {LOAD}(self.name)", {"model acme/widget"}),
    (f"@pytest.mark.parametrize('n,k', [('acme/widget', 1)])\ndef test(n, k): {LOAD}(n)", {"model acme/widget"}),
    (f"@pytest.fixture(params=['acme/widget'])\ndef n(request): return request.param\ndef test(n): {LOAD}(n)", {"model acme/widget"}),
    (f"f = lambda n='acme/widget': {LOAD}(n)", {"model acme/widget"}),
    (f"{LOAD}(st.selectbox('Which', ('acme/b', 'acme/s')))", {"model acme/b", "model acme/s"}),
    (f"p.add_argument('--teacher', choices=['acme/b', 'acme/s'])\n{LOAD}(p.parse_args().teacher)", {"model acme/b", "model acme/s"}),
    (f"T = OrderedDict([('s', 'acme/s')])\n{LOAD}(T['s'])", {"model acme/s"}),
    (f"T = {{}}\nT.update(s='acme/s')\nT['b'] = 'acme/b'\n{LOAD}(T[k])", {"model acme/s", "model acme/b"}),
    (f"T = SimpleNamespace(s='acme/s')\n{LOAD}(T.s)", {"model acme/s"}),
    (f"Thread(target={LOAD}, args=('acme/widget',)).start()", {"model acme/widget"}),
    (f"pool.map({LOAD}, ['acme/b', 'acme/s'])", {"model acme/b", "model acme/s"}),
    (f"class E(Enum):\n  A = 'acme/b'\n  B = 'acme/s'\n{LOAD}(E.A.value)", {"model acme/b", "model acme/s"}),
    (f"class C:\n  def __init__(self): self.name = 'acme/b'\n  def f(self): {LOAD}(self.config.name)", {"model acme/b", "unresolved self.config.name"}),
    (f"LLM(model='acme/other')\ndef f(c): {LOAD}(c['model'])", {"unresolved c['model']"} | {"model acme/other"}),
    ("from conf import BIG\nfrom transformers import pipeline\npipeline('x', model=BIG)", {"unresolved BIG"}),
    ("import os\nfrom transformers import pipeline\npipeline('x', model=os.environ['SUMMARY'])", {"unresolved os.environ['SUMMARY']"}),
    ("from litellm import completion\ndef ask(model): return completion(model=model)", {"unresolved model"}),
    ("import torch\nfrom huggingface_hub import hf_hub_download\ntorch.load(hf_hub_download('acme/widget', 'a.bin'))", {"model acme/widget"}),
    ("from lm_eval import simple_evaluate\nsimple_evaluate(model='hf', model_args='pretrained=acme/widget,revision=r')", {"model acme/widget@r"}),
    (f"{LOAD}('./here')\n{LOAD}('/there/it/is')", {"local ./here", "local /there/it/is"}),
    (f"{LOAD}()\n{LOAD}(None)\n{LOAD}(*a)", {"unresolved *a"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES, ids=[text.replace("\n", "; ")[:60] for text, _ in VALUES])
def test_values_are_followed_as_far_as_the_file_says(text: str, expected: set[str]) -> None:
    assert told(text) == expected


TRAPS = [
    "x = 'text/html'",
    "TZ = 'Europe/Berlin'",
    "from mine import pipeline\npipeline('x', 'acme/flow')",
    "def load(x): ...\nload('acme/thing')",
    "import numpy as np\nnp.load('acme/array')",
    "ROUTE = 'users/list'",
    "repo = 'acme/server'",
    "image = 'acme/server:1.2'",
    "docker_image = 'acme/model-server'",
    "model_url = 'models/list'",
    "output_dir = 'out/run'",
    "mail = 'a/b@c.org'",
    "pipe = pipeline('x', model=model, tokenizer=tokenizer)",
    "from transformers import pipeline\ndef f(model): return pipeline('x', model=model)",
    "from transformers import AutoModel, pipeline\nm = AutoModel.from_config(c)\npipeline('x', model=m)",
    "# see acme/widget\nx = 1",
    "TrainingArguments(output_dir='acme/llama-7b-instruct')",
    "GITHUB_REPO = 'QwenLM/Qwen3'",
    "model.save_pretrained('export/pythia-160m')",
    '"""Uses acme/widget."""',
]


@pytest.mark.parametrize("text", TRAPS)
def test_what_only_looks_like_a_model_is_not_told(text: str) -> None:
    assert told(text) == set()


def test_a_place_is_that_of_the_literals_first_character() -> None:
    (found,) = read("é = 1\nx = [é, 'acme/a-7b-chat', AutoModel.from_pretrained(\n  r'''acme/b''')]\n")[1:]
    assert (found.line, found.column, found.text) == (3, 7, "acme/b")
    (found, _) = read("é = 1\nx = [é, 'acme/a-7b-chat', AutoModel.from_pretrained(\n  r'''acme/b''')]\n")
    assert (found.line, found.column, found.text) == (2, 10, "acme/a-7b-chat")


def test_flags_are_recorded() -> None:
    (found,) = read("K = True\nAutoModel.from_pretrained('acme/widget', trust_remote_code=K, use_safetensors=False)")
    assert found.flags == ("trust_remote_code", "use_safetensors=False")
    (found,) = read("import torch\ntorch.load('a.pt', weights_only=False)")
    assert found.flags == ("weights_only=False",)
    (found,) = read("import os\nAutoModel.from_pretrained(os.getenv('M', 'acme/widget'))")
    assert found.flags == ("default",)
    (found,) = read("# AutoModel.from_pretrained('acme/thing')")
    assert (found.confidence, found.flags, found.kind) == (Confidence.LOW, ("comment",), Kind.MODEL)


def test_a_model_pinned_once_and_loaded_again_without_says_so() -> None:
    (found,) = read("M = 'acme/widget'\nA.from_pretrained(M, revision='v1')\nB.from_pretrained(M)")
    assert (found.revision, found.flags) == ("v1", ("also unpinned",))


def test_an_open_revision_is_no_pin_and_says_so() -> None:
    (found,) = read("def f(r): A.from_pretrained('acme/widget', revision=r)")
    assert (found.revision, found.flags) == (None, ("revision=?",))


COMMANDS = [
    ("subprocess.run(['vllm', 'serve', 'acme/widget', '--revision', 'r'])", {"model acme/widget@r"}),
    ("M = 'acme/widget'\nsubprocess.run(['vllm', 'serve', M])", {"model acme/widget"}),
    ("M = 'acme/widget'\nos.system(f'vllm serve {M} --revision r')", {"model acme/widget@r"}),
    ("subprocess.run(['vllm', 'serve', sys.argv[1]])", {"unresolved sys.argv[1]"}),
    ("os.system(f'vllm serve {name}')", {"unresolved name"}),
    ("cmd = ['vllm', 'serve']\ncmd += ['acme/widget']\nsubprocess.run(cmd)", set()),
    ("cmd = ['vllm', 'serve', 'acme/a']\ncmd += ['--lora-modules', 'x=acme/b']\nsubprocess.run(cmd)", {"model acme/a", "model acme/b"}),
    ("from subprocess import run as sh\nsh(shlex.split('vllm serve acme/widget'))", {"model acme/widget"}),
    ("def serve(m): subprocess.run(['vllm', 'serve', m])\nserve('acme/widget')", {"model acme/widget"}),
    ("V1Container(command=['vllm', 'serve'], args=['acme/widget', '--revision', 'r'])", {"model acme/widget@r"}),
    ("subprocess.run(['git', 'checkout', 'feature/llama-7b'])", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COMMANDS, ids=[text.split("\n")[-1][:60] for text, _ in COMMANDS])
def test_what_a_program_runs_is_read_as_a_command(text: str, expected: set[str]) -> None:
    assert told(text) == expected


def test_a_flag_belongs_to_the_call_that_sets_it() -> None:
    first, second = read(
        "def get(n, t=False): return A.from_pretrained(n, trust_remote_code=t)\nget('acme/a', True)\nget('acme/b')"
    )
    assert (first.text, first.flags, second.text, second.flags) == ("acme/a", ("trust_remote_code",), "acme/b", ())


def test_what_a_wrapper_is_given_is_told_where_it_is_given() -> None:
    (found,) = read("def get(n):\n  A.from_pretrained(n)\n  B.from_pretrained(n)\nget(request.name)")
    assert (found.kind, found.line, found.text) == (Kind.UNRESOLVED, 4, "request.name")


def test_an_open_expression_stands_where_it_begins() -> None:
    (found,) = (r for r in read("A.from_pretrained(f'acme/{x}')") if r.kind is Kind.UNRESOLVED)
    assert (found.column, found.text) == (19, "f'acme/{x}'")


def test_a_file_that_does_not_parse_still_tells_its_loaders_and_words() -> None:
    text = (
        "print 'x'\nm = A.from_pretrained('acme/one')\nMODEL = 'acme/two'\nn = A.from_pretrained(name)\ny = 'acme/q'\n"
    )
    assert told(text) == {"model acme/one", "model acme/two", "unresolved name"}
    assert [r.text for r in read(text) if r.kind is Kind.IGNORED] == ["acme/q"]


HOSTILE = {
    "deep": "(" * 100_000,
    "deeper": "x = " + "[" * 90 + "A.from_pretrained('acme/b')" + "]" * 90,
    "unary": "A.from_pretrained(" + "-" * 50_000 + "x)",
    "sum": "A.from_pretrained(" + "+".join(["'a'"] * 50_000) + ")",
    "dots": "A.from_pretrained(" + ".".join(["a"] * 20_000) + ")",
    "chain": "A.from_pretrained(m)\n" + "\n".join(f"m{i} = m{i + 1}" for i in range(20_000)) + "\nm = m0",
    "cycle": "a = b\nb = a\nA.from_pretrained(a)",
    "fan": "\n".join(f"a = a + 'x{i}'" for i in range(2000)) + "\nA.from_pretrained(a)",
    "product": "A.from_pretrained(f'" + "{x}" * 60 + "')\n" + "\n".join(f"x = '{i}'" for i in range(60)),
    "recursion": "def f(x): return f(f(x))\nA.from_pretrained(f(f(f(1))))",
    "one line": "x = '" + "a/" * 500_000 + "'; from_pretrained",
    "base64": "x = '" + "aB3/" * 300_000 + "' # from_pretrained",
    "quotes": "from_pretrained" + "'a/" * 200_000,
    "word": "from_pretrained " + "a" * 1_000_000,
    "escape": "A.from_pretrained('acme/\\d')",
    "calls": "from_pretrained(" * 30_000,
    "names": "from_pretrained\n" + "a = " * 100_000 + "1",
    "literals": "x = [\n" + "  'acme/b',\n" * 100_000 + "]",
    "indented": "\n" * 3 + "\n".join(" " * (i % 7) + f"'acme/b{i}'," for i in range(50_000)),
    "arity": "import vllm\nvllm.LoRARequest()\nvllm.LLM(*a, **k)\nA.from_pretrained(1, 2, x=3)\npush_to_hub()",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_and_tell(name: str) -> None:
    import time

    begun = time.process_time()
    read(HOSTILE[name].encode())
    assert time.process_time() - begun < 20


def test_any_encoding_is_read() -> None:
    text = "# é\nA.from_pretrained('acme/widget')\n"
    for data in (
        text.encode("latin-1"),
        text.encode("utf-16"),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(),
    ):
        (found,) = read(data)
        assert (found.text, found.line, found.column) == ("acme/widget", 2, 20)


_PART = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,12}", fullmatch=True)
_ID = st.builds("{}/{}".format, _PART, _PART)
_FRAME = st.sampled_from((
    "x = '{}'", "MODEL = '{}'", "A.from_pretrained('{}')", "f('{}', 1)", "d = {{'{}': 1}}", "d = {{'model': '{}'}}", "['{}']",
    "import torch\ntorch.hub.load('{}')", "'{}' + x", "A.from_pretrained('{}' + x)", "x = f'{{y}}' '{}'", '"""{}"""', "def f(a='{}'): ...",
    "from datasets import load_dataset\nload_dataset('{}')", "m.push_to_hub('{}')", "import spacy\nspacy.load('{}')", "print '{}'",
    "import gradio as gr\ngr.load('{}')", "from litellm import completion\ncompletion(model='{}')", "DATASET = '{}'",
    "import evaluate\nevaluate.load('{}')", "from huggingface_hub import *\nsnapshot_download('{}', repo_type='space')",
    "if x == '{}': pass", "'%s' % '{}'", "'{{}}'.format('{}')", "import timm\ntimm.create_model('{}')",
))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_FRAME, _ID), min_size=1, max_size=5))
def test_every_literal_shaped_like_an_id_is_told_or_ignored_with_its_reason(frames: list[tuple[str, str]]) -> None:
    text = "\n".join(frame.format(name) for frame, name in frames)
    found = read(text)
    texts = " ".join(reference.text for reference in found)
    for _, name in frames:
        if re.fullmatch(ID, name):
            assert name in texts
    assert all(reference.reason for reference in found if reference.kind in (Kind.IGNORED, Kind.UNRESOLVED))
    lines = text.split("\n")
    for reference in found:
        if reference.kind is not Kind.UNRESOLVED:
            assert lines[reference.line - 1][reference.column - 1 :][:1]
    # What is put together at one place can have several outcomes; a literal has one.
    places = [(r.line, r.column, r.text) for r in found]
    assert len(places) == len(set(places))


def test_the_sieve_passes_every_idiom_of_the_table() -> None:
    from scanner.references.python.sieve import matters

    for text, expected in IDIOMS + VALUES:
        assert not expected or matters(text.encode(), NAMES), text


def test_every_idiom_says_which_import_makes_it_count() -> None:
    for name, row in whole("idioms/python.yaml").items():
        assert row.get("imports") or row.get("always"), name


def test_a_question_mark_makes_no_address_of_a_text() -> None:
    assert found("a.py", 'model = "gpt2"\nsign = "promise/name?"\nsigns = "[/*]?"\n') == [("model", "gpt2", None)]
    assert found("a.py", 'x = "local:acme/m?x=1"\n') == [("model", "acme/m", None)]


def test_what_a_help_text_mentions_is_not_loaded() -> None:
    field = "from dataclasses import field\nname: str = field(default='acme/widget-7b', metadata={{'help': {}}})\n"
    kinds = {str(r.repo): r.flags for r in read(field.format("'such as mistralai/Mistral-7B-v0.1'")) if r.repo}
    assert kinds == {"acme/widget-7b": (), "mistralai/Mistral-7B-v0.1": ("comment",)}
    assert "model mistralai/Mistral-7B-v0.1" in told(
        "from transformers import AutoModel\nAutoModel.from_pretrained(help)\nhelp = 'mistralai/Mistral-7B-v0.1'\n"
    )
