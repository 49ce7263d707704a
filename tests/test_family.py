"""A look is a lead: what is recognised, how strongly, what is an original, and what is no such thing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import DataError
from scanner.family import Families, Family, Recognition
from scanner.model import RepoId

FAMILIES = Families.shipped()


def strengths(found: tuple[Recognition, ...]) -> dict[str, int]:
    return {look.family: look.strength for look in found}


def developers(found: tuple[Recognition, ...], least: int = 1) -> set[str | None]:
    return {look.developer for look in found if look.strength >= least}


# --- recognise


def test_structure_and_tokenizer_that_agree_are_two_signals() -> None:
    look = FAMILIES.recognise(model_type="qwen2", vocab_size=152064)
    assert look == (Recognition("Qwen1.5 / 2 / 2.5", "Qwen", "model_type", "qwen2 with vocab_size 152064", 2),)
    assert strengths(FAMILIES.recognise(architectures=("Qwen3ForCausalLM",), tokenizer_pre="qwen2")) == {"Qwen3": 2}
    assert strengths(FAMILIES.recognise(model_type="gpt_oss", vocab_size=201088)) == {"GPT-OSS": 2}


@pytest.mark.parametrize(
    "generic",
    ["llama", "mistral", "mixtral", "gpt2", "gpt_neox", "bert", "roberta", "xlm-roberta", "t5", "mpt", "bloom"],
)
def test_a_type_that_everybody_uses_says_nothing_by_itself(generic: str) -> None:
    assert FAMILIES.recognise(model_type=generic) == ()
    assert FAMILIES.recognise(model_type=generic, vocab_size=32000) == ()


def test_a_type_that_everybody_uses_adds_nothing_to_a_distinctive_vocabulary() -> None:
    assert strengths(FAMILIES.recognise(model_type="llama", vocab_size=128256)) == {"Llama 3/3.1/3.2/3.3": 1}
    assert strengths(FAMILIES.recognise(model_type="xlm-roberta", vocab_size=250002)) == {"XLM-RoBERTa": 1}


@pytest.mark.parametrize("size", [151936, 163840, 128256, 129280, 250002])
def test_a_vocabulary_number_alone_is_one_signal_at_most(size: int) -> None:
    found = FAMILIES.recognise(vocab_size=size)
    assert found
    assert {look.strength for look in found} == {1}
    assert {look.signal for look in found} == {"vocab_size"}


@pytest.mark.parametrize("size", [32000, 50257, 30522, 65024, 64000, 100352, 131072, 256000])
def test_a_vocabulary_number_that_many_hold_is_no_signal(size: int) -> None:
    assert FAMILIES.recognise(vocab_size=size) == ()


def test_a_number_held_by_two_labs_points_to_both() -> None:
    assert developers(FAMILIES.recognise(vocab_size=163840)) == {"moonshotai", "skt"}


def test_a_class_reused_by_unrelated_labs_needs_an_agreeing_vocabulary() -> None:
    assert FAMILIES.recognise(model_type="deepseek_v3") == ()
    assert FAMILIES.recognise(model_type="deepseek_v3", vocab_size=131072) == ()
    assert FAMILIES.recognise(model_type="qwen3_moe", vocab_size=99584) == ()
    assert strengths(FAMILIES.recognise(model_type="deepseek_v3", vocab_size=129280)) == {"DeepSeek V3 / R1": 2}
    assert strengths(FAMILIES.recognise(model_type="qwen3_moe", vocab_size=151936)) == {"Qwen3": 2}
    kimi = FAMILIES.recognise(model_type="deepseek_v3", vocab_size=163840)
    assert developers(kimi, least=2) == {"moonshotai"}


def test_a_replaced_tokenizer_leaves_the_structure_as_one_signal() -> None:
    assert strengths(FAMILIES.recognise(model_type="qwen3", vocab_size=151668)) == {"Qwen3": 1}


def test_a_generic_class_with_a_name_of_its_own_shows_the_backbone() -> None:
    found = FAMILIES.recognise(model_type="llava_qwen2")
    assert strengths(found) == {"FastVLM": 1, "Qwen1.5 / 2 / 2.5": 1}


def test_the_stronger_of_two_looks_at_one_family_counts() -> None:
    found = FAMILIES.recognise(model_type="vibevoice", architectures=("Qwen2ForCausalLM",), vocab_size=151936)
    assert strengths(found) == {"Qwen1.5 / 2 / 2.5": 2, "VibeVoice": 1}


def test_families_of_one_developer_that_cannot_be_told_apart_are_its_brand() -> None:
    assert strengths(FAMILIES.recognise(vocab_size=151936)) == {"Qwen": 1}
    assert strengths(FAMILIES.recognise(tokenizer_pre="qwen2")) == {"Qwen": 1}
    assert FAMILIES.developer("Qwen") == "Qwen"
    assert strengths(FAMILIES.recognise(model_type="phi3")) == {"Phi": 1}


def test_an_ambiguous_pre_tokenizer_stays_ambiguous() -> None:
    assert developers(FAMILIES.recognise(tokenizer_pre="qwen35")) == {"Qwen", "openbmb"}
    assert developers(FAMILIES.recognise(tokenizer_pre="olmo")) == {"mosaicml", "allenai"}
    assert FAMILIES.recognise(tokenizer_pre="gpt-2") == ()


LOOK_ALIKES = [
    # model, its config as far as it is known, developer of the look-alike
    ("upstage/Solar-Open-100B", {"model_type": "solar_open", "vocab_size": 196608}, "zai-org"),
    ("pfnet/plamo-3-nict-8b-base", {"model_type": "plamo3"}, "google"),
    ("mistralai/Mistral-Large-3-675B", {"architectures": ("MistralLarge3ForCausalLM",)}, "deepseek-ai"),
    ("ai-sage/GigaChat-20B-A3B-instruct", {"model_type": "deepseek", "tokenizer_pre": "gigachat"}, "deepseek-ai"),
    ("ai-sage/GigaChat3", {"model_type": "deepseek_v3", "tokenizer_pre": "gigachat"}, "deepseek-ai"),
    ("LGAI-EXAONE/K-EXAONE-236B-A23B", {"model_type": "exaone_moe", "tokenizer_pre": "exaone-moe"}, "deepseek-ai"),
    ("reflection/Beam-1.0-501B-A23B", {"model_type": "beam", "vocab_size": 151936}, "Qwen"),
    ("openai/gpt-oss-20b", {"model_type": "gpt_oss", "vocab_size": 201088}, "Qwen"),
    ("facebook/cwm", {"model_type": "cwm", "vocab_size": 128256}, "Qwen"),
    ("ibm-granite/granite-4.0-1b", {"model_type": "granitemoehybrid", "vocab_size": 100352}, "Qwen"),
    ("microsoft/phi-4", {"model_type": "phi3", "vocab_size": 100352}, "Qwen"),
    ("stabilityai/stablelm-2-12b", {"model_type": "stablelm", "vocab_size": 100352}, "Qwen"),
    ("XiaomiMiMo/MiMo-7B-Base", {"model_type": "mimo", "vocab_size": 151680, "tokenizer_pre": "qwen2"}, "Qwen"),
    ("01-ai/Yi-6B", {"model_type": "llama", "vocab_size": 64000}, "meta-llama"),
    ("openlm-research/open_llama_7b", {"model_type": "llama", "vocab_size": 32000}, "meta-llama"),
    ("mistralai/Mistral-7B-v0.1", {"model_type": "mistral", "vocab_size": 32000}, "meta-llama"),
    ("OpenLLM-France/Lucie-7B", {"model_type": "llama", "vocab_size": 65024}, "meta-llama"),
    ("sapienzanlp/Minerva-7B-base-v1.0", {"model_type": "mistral", "tokenizer_pre": "minerva-7b"}, "mistralai"),
    ("swiss-ai/Apertus-8B-2509", {"model_type": "apertus", "vocab_size": 131072}, "mistralai"),
    ("tiiuae/Falcon3-7B-Base", {"model_type": "llama", "vocab_size": 131072, "tokenizer_pre": "falcon3"}, "meta-llama"),
    ("LLM360/K2-Chat", {"model_type": "llama", "vocab_size": 32032}, "moonshotai"),
    ("IQuestLab/IQuest-Coder-V1", {"model_type": "iquestcoder", "vocab_size": 76800}, "Qwen"),
    ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", {"model_type": "nemotron_h", "vocab_size": 131072}, "Qwen"),
    ("llm-jp/llm-jp-4-32b-a3b", {"model_type": "qwen3_moe"}, "Qwen"),
    ("TinyLlama/TinyLlama-1.1B", {"model_type": "llama", "vocab_size": 32000}, "meta-llama"),
    ("tencent/Youtu-LLM-2B", {"model_type": "youtu", "vocab_size": 128256}, "meta-llama"),
]


@pytest.mark.parametrize(("model", "config", "accused"), LOOK_ALIKES, ids=[row[0] for row in LOOK_ALIKES])
def test_no_known_look_alike_is_recognised_on_two_signals(model: str, config: dict[str, Any], accused: str) -> None:
    assert accused not in developers(FAMILIES.recognise(**config), least=2)


# --- own


@pytest.mark.parametrize(
    ("repo", "family"),
    [
        ("mistralai/Mistral-7B-v0.1", "Mistral 7B"),
        ("mistralai/Mistral-Large-Instruct-2407", "Mistral"),
        ("meta-llama/Llama-3.1-8B", "Llama 3/3.1/3.2/3.3"),
        ("meta-llama/Llama-2-7b-hf", "Llama 2"),
        ("google/gemma-2b", "Gemma 1"),
        ("google/gemma-2-9b", "Gemma 2"),
        ("ibm-granite/granite-4.0-1b", "Granite"),
        ("allenai/OLMo-2-1124-7B", "OLMo"),
        ("allenai/OLMoE-1B-7B-0924", "OLMo"),
        ("microsoft/phi-1_5", "Phi-1/1.5/2"),
        ("microsoft/Phi-3.5-mini-instruct", "Phi-3/3.5/4-mini"),
        ("MICROSOFT/PHI-4", "Phi-4"),
        ("deepseek-ai/DeepSeek-V3-Base", "DeepSeek V3 / R1"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "Qwen-VL"),
        ("tiiuae/falcon-mamba-7b", "Falcon-H1 / Mamba"),
        ("upstage/Solar-Open-100B", "SOLAR"),
    ],
)
def test_a_model_of_the_developer_under_the_family_name_is_an_original(repo: str, family: str) -> None:
    assert FAMILIES.own(RepoId.parse(repo)) == family
    assert FAMILIES.own(repo, None, ()) == family


@pytest.mark.parametrize(
    "repo",
    [
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
        "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B",
        "nvidia/OpenCodeReasoning-Nemotron-14B",
        "nvidia/Nemotron-3-Embed-1B-BF16",
        "nvidia/Mistral-NeMo-Minitron-8B-Base",
        "microsoft/MAI-DS-R1",
        "allenai/olmOCR-2-7B-1025",
        "allenai/Molmo-7B-D-0924",
        "openbmb/MiniCPM-Llama3-V-2_5",
        "moonshotai/Kimi-Dev-72B",
        "upstage/SOLAR-10.7B-v1.0",
        "CohereLabs/aya-101",
        "inceptionai/jais-adapted-70b",
        "LLM360/K2-Think",
        "FreedomIntelligence/openPangu-Embedded-7B",
        "NousResearch/Meta-Llama-3-8B",
        "unsloth/gemma-2-9b",
        "gpt2",
    ],
)
def test_what_comes_from_elsewhere_is_no_original(repo: str) -> None:
    assert FAMILIES.own(repo) is None


def test_a_known_config_of_another_family_denies_the_original() -> None:
    assert FAMILIES.own("google/gemma-2-9b", "gemma2", ("Gemma2ForCausalLM",)) == "Gemma 2"
    assert FAMILIES.own("google/gemma-2-9b", "qwen2", None) is None
    assert FAMILIES.own("google/gemma-2-9b", None, ("Qwen2ForCausalLM",)) is None


def test_a_second_namespace_of_the_developer_counts_only_where_the_registry_knows_it() -> None:
    aware = Families.shipped(lambda a, b: {a, b} <= {"THUDM", "zai-org"})
    assert FAMILIES.own("THUDM/glm-4-9b-hf") is None
    assert aware.own("THUDM/glm-4-9b-hf") == "ChatGLM / GLM-4"


# --- named


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("a DeepSeek R1 reasoning model", ("DeepSeek V3 / R1",)),
        ("starts from DeepSeek-R1.", ("DeepSeek V3 / R1",)),
        ("fine-tuned from Qwen2.5-7B-Instruct", ("Qwen1.5 / 2 / 2.5",)),
        ("Improved using Qwen", ("Qwen",)),
        ("Qwen3.7", ("Qwen",)),
        ("Qwen/Qwen3-8B", ("Qwen3",)),
        ("Llama 3.1 8B and Mixtral 8x7B", ("Llama 3/3.1/3.2/3.3", "Mixtral")),
        ("Gemma 2B", ("Gemma 1",)),
        ("gemma-2-9b", ("Gemma 2",)),
        ("zai-org/GLM-4.5-Air", ("GLM-4.5 to 4.7",)),
        ("the qwen2vl tower", ("Qwen-VL",)),
        ("a solar system, a falcon, a beam, dots and a step", ()),
        ("olmOCR, XGemma 2, ProtoLlama 3", ()),
        ("", ()),
    ],
)
def test_a_family_is_named_by_whole_words(text: str, families: tuple[str, ...]) -> None:
    assert FAMILIES.named(text) == families


@given(first=st.sampled_from(" -_./"), second=st.sampled_from(["", " ", "-", "_"]), upper=st.booleans())
def test_separators_and_case_do_not_matter_to_a_name(first: str, second: str, upper: bool) -> None:
    text = f"deepseek{first}r{second}1"
    assert FAMILIES.named(text.upper() if upper else text) == ("DeepSeek V3 / R1",)


# --- for any input


@given(st.text(max_size=200))
def test_any_text_names_only_known_families(text: str) -> None:
    assert all(FAMILIES.developer(family) for family in FAMILIES.named(text))


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", fullmatch=True)
DEVELOPERS = st.sampled_from(sorted({family.developer for family in FAMILIES}))


@given(namespace=DEVELOPERS | NAMES, name=NAMES | st.sampled_from([p for f in FAMILIES for p in f.name_patterns]))
def test_an_original_is_always_published_by_the_developer(namespace: str, name: str) -> None:
    family = FAMILIES.own(f"{namespace}/{name}")
    assert family is None or (FAMILIES.developer(family) or "").casefold() == namespace.casefold()


TYPES = st.sampled_from(sorted({value for family in FAMILIES for value in family.model_types}))
SIZES = st.sampled_from(sorted({size for family in FAMILIES for size in family.vocab_sizes})) | st.integers()
PRES = st.sampled_from(sorted({pre for family in FAMILIES for pre in family.tokenizer_pre}))


@given(st.none() | TYPES, st.none() | SIZES, st.none() | PRES)
def test_two_signals_are_never_claimed_from_one(
    model_type: str | None, vocab_size: int | None, tokenizer_pre: str | None
) -> None:
    found = FAMILIES.recognise(model_type=model_type, vocab_size=vocab_size, tokenizer_pre=tokenizer_pre)
    tokenizer = vocab_size is not None or tokenizer_pre is not None
    assert all(look.strength == 1 or (model_type is not None and tokenizer) for look in found)
    assert len({look.family for look in found}) == len(found)
    assert list(found) == sorted(found, key=lambda look: (-look.strength, look.family))


def test_an_unknown_family_has_no_developer() -> None:
    assert FAMILIES.developer("no such family") is None


# --- the table's own errors


@pytest.mark.parametrize(
    "record",
    ["text", {}, {"name": "X"}, {"name": "X", "developer": "x", "contry": "?"}],
)
def test_a_record_that_is_no_family_is_refused(record: Any) -> None:
    with pytest.raises(DataError, match=r"families\.yaml"):
        Family.of("x", record)


@pytest.mark.parametrize("named", [{"built_on": ["Y"]}, {"brand": "Y"}])
def test_a_record_that_names_no_known_family_is_refused(named: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="'Y' is no family"):
        Families({"x": {"name": "X", "developer": "x", **named}})
