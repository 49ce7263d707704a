"""Source code: what a call loads is found, what only looks like a model's name is ignored with a reason."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import data
from scanner.references import Confidence, Kind
from scanner.references.code import idioms
from scanner.references.names import ID
from tests.references.reading import found, ignored, read, stands_where_it_says

HUB = 'import { downloadFile } from "@huggingface/hub";\n'
TRANSFORMERS = 'import { pipeline } from "@huggingface/transformers";\n'
INFERENCE = 'import { InferenceClient } from "@huggingface/inference";\n'

FOUND = [
    ("a.ts", TRANSFORMERS + 'pipeline("ner", "acme/m", { revision: "v1", dtype: "q8" })', [("model", "acme/m", "v1")]),
    ("a.js", TRANSFORMERS + "pipeline('ner')", [("unresolved", "pipeline('ner')", None)]),
    ("a.js", TRANSFORMERS + "pipeline('ner', model)", [("unresolved", "model", None)]),
    ("a.js", "AutoModel.from_pretrained('acme/m')", [("model", "acme/m", None)]),
    ("a.js", "AutoModel.from_pretrained('./m')", [("local", "./m", None)]),
    ("a.js", "const ID = 'acme/m';\nAutoModel.from_pretrained(ID)", [("model", "acme/m", None)]),
    ("a.js", "const M = { a: 'acme/m' };\nAutoModel.from_pretrained(M.a)", [("model", "acme/m", None)]),
    ("a.js", "AutoModel.from_pretrained(process.env.M ?? 'acme/m')", [("model", "acme/m", None)]),
    ("a.js", "AutoModel.from_pretrained(process.env.M)", [("unresolved", "process.env.M", None)]),
    ("a.js", "AutoModel.from_pretrained(`acme/${size}`)", [("unresolved", "`acme/${size}`", None)]),
    ("a.js", "const s = 'b';\nAutoModel.from_pretrained(`acme/${s}`)", [("model", "acme/b", None)]),
    ("a.js", "AutoModel.from_pretrained(big ? 'acme/b' : 'acme/s')", [("model", "acme/b", None), ("model", "acme/s", None)]),
    ("a.ts", "class A { m: string = 'acme/m'; f() { return AutoModel.from_pretrained(this.m) } }", [("model", "acme/m", None)]),
    ("a.ts", "function f(m = 'acme/m') { return AutoModel.from_pretrained(m) }", [("model", "acme/m", None)]),
    ("a.ts", INFERENCE + "hf.chatCompletion({ model: 'acme/m', provider: 'x' })", [("model", "acme/m", None)]),
    ("a.ts", INFERENCE + "hf.textGeneration({ model, inputs })", [("unresolved", "model", None)]),
    ("a.ts", HUB + "downloadFile({ repo: 'acme/m', path: 'a/b.json', revision: 'v1' })", [("model", "acme/m", "v1")]),
    ("a.ts", HUB + "downloadFile({ repo: { type: 'dataset', name: 'acme/d' } })", [("dataset", "acme/d", None)]),
    ("a.ts", HUB + "downloadFile({ repo: { type: 'model', name: 'acme/m' } })", [("model", "acme/m", None)]),
    ("a.ts", HUB + "modelInfo({ name: 'acme/m' })", [("model", "acme/m", None)]),
    ("a.ts", 'huggingface("acme/m")', [("model", "acme/m", None)]),
    ("a.ts", 'new HuggingFaceEmbedding({ modelType: "acme/m" })', [("model", "acme/m", None)]),
    ("a.ts", 'new HuggingFaceTransformersEmbeddings({ model: "acme/m" })', [("model", "acme/m", None)]),
    ("a.ts", 'from "node-llama-cpp"; resolveModelFile("hf:acme/m:Q4_K_M")', [("model", "acme/m", None)]),
    ("a.ts", 'from "node-llama-cpp"; resolveModelFile("hf:acme/m/x.gguf#v1")', [("model", "acme/m", "v1")]),
    ("a.ts", 'new HuggingFaceLLM({ modelName: "acme/m", tokenizerName: "acme/w" })', [("model", "acme/m", None), ("model", "acme/w", None)]),
    ("a.ts", "new ChatOllama('llama3.1', { temperature: 0 })", [("unresolved", "llama3.1", None)]),
    ("a.ts", 'from "node-llama-cpp"; createModelDownloader({ modelUri: "hf:acme/m/x.gguf#main" })', [("model", "acme/m", "main")]),
    ("a.ts", 'CreateMLCEngine("Llama-3.1-8B-Instruct-q4f32_1-MLC")', [("unresolved", "Llama-3.1-8B-Instruct-q4f32_1-MLC", None)]),
    ("a.ts", '/* wllama */ wllama.loadModelFromHF("acme/m", "x.gguf")', [("model", "acme/m", None)]),
    ("a.ts", 'fetch("https://api-inference.huggingface.co/models/acme/m", {})', [("model", "acme/m", None)]),
    ("a.ts", 'fetch("https://router.huggingface.co/hf-inference/models/acme/m/x")', [("model", "acme/m", None)]),
    ("a.ts", 'fetch("https://huggingface.co/acme/m/resolve/v1/x.onnx")', [("model", "acme/m", "v1")]),
    ("a.ts", "fetch(`https://huggingface.co/${id}/resolve/main/x`)", [("unresolved", "`https://huggingface.co/${id}/resolve/main/x`", None)]),
    ("a.vue", '<script setup>\nconst modelId = "acme/m"\n</script>', [("model", "acme/m", None)]),
    ("a.rs", 'let m = api.model("acme/m".to_string()); // hf_hub', [("model", "acme/m", None)]),
    ("a.rs", 'GgufModelBuilder::new(id(), files).with_lora_adapter_revision("sql", "acme/m", "v1")', [("unresolved", "id()", None), ("model", "acme/m", "v1")]),
    ("a.R", 'library(hfhub)\nhub_snapshot("acme/m", revision = "v1")', [("model", "acme/m", None)]),
    ("a.rs", 'use hf_hub; Repo::with_revision("acme/m".into(), RepoType::Model, "v1".into())', [("model", "acme/m", "v1")]),
    ("a.rs", 'use hf_hub; Repo::new("acme/d".to_string(), RepoType::Dataset)', [("dataset", "acme/d", None)]),
    ("a.rs", 'const M: &str = "acme/m";\nTokenizer::from_pretrained(M, None)', [("model", "acme/m", None)]),
    ("a.rs", 'let m = env::var("M").unwrap_or_else(|_| "acme/m".to_string());\nTokenizer::from_pretrained(&m, None)', [("model", "acme/m", None)]),
    ("a.go", 'import "github.com/gomlx/go-huggingface/hub"\nr := hub.New("acme/m")', [("model", "acme/m", None)]),
    ("a.go", 'const m string = "acme/m"\nhugot.DownloadModel(m, d, o)', [("model", "acme/m", None)]),
    ("a.java", '.optModelUrls("djl://ai.djl.huggingface.pytorch/acme/m")', [("model", "acme/m", None)]),
    ("a.java", 'b.modelId("acme/m").modelName("gpt-4o");', [("model", "acme/m", None)]),
    ("a.java", 'static final String M = "acme/m"; HuggingFaceTokenizer.newInstance(M);', [("model", "acme/m", None)]),
    ("a.swift", 'ModelConfiguration(id: "mlx-community/x", revision: "v1")', [("model", "mlx-community/x", "v1")]),
    ("a.swift", 'import MLXLLM\nloadContainer(configuration: .init(id: "mlx-community/x"))', [("model", "mlx-community/x", None)]),
    ("a.ex", '{:ok, m} = Bumblebee.load_model({:hf, "acme/m", revision: "v1"})', [("model", "acme/m", "v1")]),
    ("a.ex", 'Bumblebee.load_model({:local, "/tmp/x"})', [("local", "/tmp/x", None)]),
    ("a.r", 'hub_download("acme/m", "config.json", revision = "v1") # hfhub', [("model", "acme/m", "v1")]),
    ("a.kt", 'val modelName = "acme/m"', [("model", "acme/m", None)]),
    ("a.cs", 'var modelId = "acme/m";', [("model", "acme/m", None)]),
    ("a.ts", "import t from '@xenova/transformers'; class P { static model = 'acme/m'; f() { return pipeline(this.t, this.model, { p }) } }", [("model", "acme/m", None)]),
    ("a.ts", TRANSFORMERS + "pipeline<'ner'>('ner', 'acme/m')", [("model", "acme/m", None)]),
    ("a.ts", "ollama.chat({ model: 'llama3.1' })", [("unresolved", "llama3.1", None)]),
    ("a.ts", "new ChatOllama({ model: 'hf.co/acme/m' })", [("model", "acme/m", None)]),
    ("a.ts", "const c = { modelId: 'acme/m', revision: 'v1' }", [("model", "acme/m", "v1")]),
    ("a.ts", "A.from_pretrained(\n  'acme/m',\n  { revision: 'v1' },\n)", [("model", "acme/m", "v1")]),
    ("a.go", 'model := os.Getenv("M")\nhugot.DownloadModel(model, d)', [("unresolved", "model", None)]),
    ("a.go", 'huggingface.New(huggingface.WithModel("acme/m"))', [("model", "acme/m", None)]),
    ("a.rs", 'FileSource::HuggingFace { model_id: "acme/m".to_string(), revision: "v1".to_string() }', [("model", "acme/m", "v1")]),
    ("a.rs", 'use hf_hub; Repo::with_revision(args.m.unwrap_or("acme/m".into()), RepoType::Model, args.revision)', [("model", "acme/m", None)]),
    ("a.ex", 'repo = {:hf, "acme/m"}\nBumblebee.load_model(repo)', [("model", "acme/m", None)]),
    ("a.r", 'transformers$AutoModel$from_pretrained("acme/m", revision = "v1")', [("model", "acme/m", "v1")]),
    ("a.jl", 'm = hgf"acme/m"', [("model", "acme/m", None)]),
    ("a.php", "use Codewithkyrian\\Transformers; pipeline('ner', 'acme/m')", [("model", "acme/m", None)]),
    ("a.rb", '@model = ENV.fetch("M", "acme/m")', [("model", "acme/m", None)]),
    ("a.cpp", 'params.hf_repo = "acme/m";', [("model", "acme/m", None)]),
    ("a.go", 'var models = map[string]string{"qa": "acme/m", "path": "acme/x"}', [("model", "acme/m", None)]),
    ("a.java", 'String[] models = new String[] {"acme/m"};', [("model", "acme/m", None)]),
    ("a.go", 'hugot.DownloadModel(ctx, "acme/m", d)', [("model", "acme/m", None)]),
    ("a.go", 'u := f("https://huggingface.co/%s/resolve/main/x", id)', [("unresolved", "https://huggingface.co/%s/resolve/main/x", None)]),
    ("a.cs", 'var u = $"https://huggingface.co/{args[0]}/x";', [("unresolved", "https://huggingface.co/{args[0]}/x", None)]),
    ("a.cs", 'var u = $"https://huggingface.co/datasets/{d}/x";', []),
    ("a.java", '@Value("${nlp.model:acme/m}")', [("model", "acme/m", None)]),
    ("a.php", "use Codewithkyrian\\Transformers; pipeline('ner', $name)", [("unresolved", "$name", None)]),
    ("a.ts", INFERENCE + "hf.translation({ model: `${m}` })", [("unresolved", "`${m}`", None)]),
    ("a.ts", "const MODELS = [{ id: 'acme/m', label: 'a/b' }]", [("model", "acme/m", None)]),
    ("Jenkinsfile", "environment { EMBED_MODEL = 'acme/m' }", [("model", "acme/m", None)]),
    ("a.ts", HUB + "listFiles({ repo: 'datasets/acme/d' }); listFiles({ repo: 'spaces/acme/s' })", [("dataset", "acme/d", None)]),
    ("a.ts", "const MODELS: Record<string, string> = { small: 'acme/m' }", [("model", "acme/m", None)]),
    ("a.ts", "import '@mlc-ai/web-llm'; engine.reload('Llama-3-MLC')", [("unresolved", "Llama-3-MLC", None)]),
    ("a.html", "<p>Don't</p><script>const modelId = 'acme/m'</script>", [("model", "acme/m", None)]),
    ("a.cpp", 'std::string x = "meta-llama/Llama-3-8B-Instruct";', [("model", "meta-llama/Llama-3-8B-Instruct", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), FOUND, ids=[f"{p}-{t[-40:]}" for p, t, _ in FOUND])
def test_what_a_call_loads_is_found_with_its_revision(path: str, text: str, expected: list[object]) -> None:
    assert found(path, text) == expected
    assert stands_where_it_says(path, text) or "${" in text or "hf:" in text


TRAPS = [
    ("a.tsx", 'import { jsx } from "react/jsx-runtime"', "a package"),
    ("a.js", 'const x = require("lodash/get")', "a package"),
    ("a.go", 'import (\n\t"encoding/json"\n) // huggingface', "a package"),
    ("a.ts", 'h["content-type"] = "application/json"', "the first part is no publisher"),
    ("a.java", 'tz("Europe/Paris")', "the first part is no publisher"),
    ("a.c", '#include "dir/file.h"', "a package"),
    ("a.rs", 'git("acme/tool")', "nothing says that it names a model"),
    ("a.js", 'pipeline(source, fs.createWriteStream("out/file"))', "a path"),
    ("a.js", "function from_pretrained(a) { return 'acme/m' }", "nothing says that it names a model"),
]


@pytest.mark.parametrize(("path", "text", "reason"), TRAPS, ids=[text[:30] for _, text, _ in TRAPS])
def test_what_only_looks_like_a_model_is_ignored_with_a_reason(path: str, text: str, reason: str) -> None:
    assert found(path, text) == []
    assert list(ignored(path, text).values()) == [reason]


def test_a_model_in_a_comment_is_of_low_confidence_and_says_so() -> None:
    (reference,) = read("a.ts", "// try meta-llama/Llama-3-8B-Instruct\nconst model = 1")
    assert (reference.kind, reference.confidence, reference.flags) == (Kind.MODEL, Confidence.LOW, ("comment",))


def test_one_use_without_a_revision_leaves_a_place_unpinned() -> None:
    pinned = "A.from_pretrained(ID, { revision: 'v1' });"
    assert found("a.ts", "const ID = 'acme/m';" + pinned + pinned) == [("model", "acme/m", "v1")]
    assert found("a.ts", "const ID = 'acme/m';" + pinned + "A.from_pretrained(ID)") == [("model", "acme/m", None)]


def test_a_quoted_id_is_covered_even_where_the_marks_about_it_mislead() -> None:
    assert list(ignored("a.ts", "x = a /' b; // huggingface\ny = ' + 'acme/tool'")) == ["acme/tool"]
    assert list(ignored("a.rs", 'let c = "; f("acme/tool") // huggingface')) == ["acme/tool"]


def test_a_link_for_people_is_documentation() -> None:
    (reference,) = read("a.tsx", '<a href="https://huggingface.co/acme/m">m</a>')
    assert (reference.confidence, reference.flags) == (Confidence.LOW, ("documentation",))


def test_a_name_is_not_mistaken_for_a_key_of_another_object() -> None:
    text = INFERENCE + "openai.create({ model: 'gpt-4o' }); hf.textGeneration({ model })"
    assert found("a.ts", text) == [("unresolved", "model", None)]


def test_other_hosts_of_the_hub_are_no_models() -> None:
    assert found("a.ts", 'fetch("https://router.huggingface.co/v1/chat/completions")') == []
    assert found("a.ts", 'see("https://discuss.huggingface.co/t/topic/1")') == []


def test_a_stream_pipeline_is_not_a_model_pipeline() -> None:
    assert found("a.ts", 'import { pipeline } from "node:stream/promises"; pipeline(a, b); // huggingface') == []


def test_every_idiom_is_seen_by_the_first_look() -> None:
    hints = idioms.words().hints
    unseen = [
        name
        for file in (idioms.SCRIPT, idioms.OTHERS)
        for name, record in data.whole(file).items()
        if not record.get("weak")
        for word in record.get("files") or record.get("on") or record["calls"]
        if not any(hint in word.lower().encode() for hint in hints)
    ]
    assert unseen == []


LITERAL = st.from_regex(ID, fullmatch=True).filter(lambda text: text.isascii() and len(text) < 60)
LINES = st.sampled_from(
    [
        'f("{}")',
        'const model = "{}"',
        'x = ["{}", 1]',
        'from_pretrained("{}")',
        'import "{}"',
        '// "{}"',
        'a({{b: "{}"}})',
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(LINES, LITERAL), max_size=8), st.sampled_from(["a.ts", "a.rs", "a.go", "a.java", "a.swift"]))
def test_every_literal_of_an_ids_shape_is_found_unresolved_or_ignored(lines: list[tuple[str, str]], path: str) -> None:
    text = "\n".join(line.format(literal) for line, literal in lines)
    places = {(reference.line, reference.column) for reference in read(path, text)}
    quoted = re.compile(rf'"({ID})"')
    expected = {
        (number, match.start(1) + 1)
        for number, line in enumerate(text.split("\n"), 1)
        for match in quoted.finditer(line)
    }
    assert expected <= places
    assert len(places) == len(read(path, text))


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="\"'`${}()[]/*\\\n#ab:=,.<>|+-?r@ ", max_size=200),
    st.sampled_from(["a.ts", "a.rs", "a.ex", "a.lua", "a.cs"]),
)
def test_no_text_breaks_a_reader(text: str, path: str) -> None:
    for reference in read(path, "from_pretrained(x); " + text):
        assert reference.line >= 1
        assert reference.column >= 1


HOSTILE = [
    "from_pretrained(" * 20_000,
    "from_pretrained(" * 20_000 + ")" * 20_000,
    "`${" * 50_000,
    'r#"' * 50_000,
    "/*" * 50_000,
    '"\\' * 50_000,
    "=/[" * 50_000,
    'model="a/b";' * 5_000 + "from_pretrained(model);" * 5_000,
    "".join(f"a{i}=a{i - 1}+a{i - 1};" for i in range(1, 3_000)) + "from_pretrained(a2999)",
    "from_pretrained(" + "||".join(['"a/b"'] * 20_000) + ")",
    "models=[" * 20_000 + '"a/b"',
]


@pytest.mark.parametrize("path", ["a.ts", "a.rs", "a.java"])
@pytest.mark.parametrize("text", HOSTILE, ids=[text[:20] for text in HOSTILE])
def test_hostile_text_takes_no_more_than_a_moment(path: str, text: str) -> None:
    begun = time.process_time()
    read(path, text)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("end", ["\n", ";"])
def test_a_bundle_of_many_programs_is_read_to_its_end(end: str) -> None:
    program = end.join(f'function f{n}(a){{var b=a.model,c="k{n}";return b?g(c,b):`x${{c}}y`}}' for n in range(9_000))
    calls = [f'AutoModel.from_pretrained("acme/m{n}",{{revision:"v{n}"}})' for n in range(3)]
    text = end.join([calls[0], program, calls[1], program, calls[2]])
    assert len(text) > 1_000_000
    assert found("bundle.js", text) == [("model", f"acme/m{n}", f"v{n}") for n in range(3)]
