import pytest

CASES = [
    ("input/output", True),
    ("n/a", False),
    ("left/right", True),
    ("tcp/ip", True),
]


@pytest.mark.parametrize("mime", ["image/png", "audio/wav", "application/octet-stream"])
def check_mime(mime):
    assert "/" in mime


def check_message():
    assert translate("errors/not_found") == "not found"
    assert "type.googleapis.com/google.protobuf.Any"
    assert fixture("fixtures/llama_response.json")
