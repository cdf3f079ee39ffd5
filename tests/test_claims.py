"""A claim holds, or fails with its value and band; its printed line holds no digits."""

import numpy as np
import pytest

from aelib import ClaimFailed, claim

HOLDS = [
    (0.3, {"below": 0.5}),
    (0.7, {"above": 0.5}),
    (0.6, {"above": 0.5, "below": 0.7}),
    (1.02, {"close_to": 1.0, "tol": 0.05}),
    (3, {"close_to": 3, "tol": 0}),
    (np.float32(0.3), {"below": 0.5}),
    (np.array(0.3), {"below": 0.5}),
    (float("inf"), {"above": 1.0}),
]
FAILS = [
    (0.5, {"below": 0.5}, "the value is 0.5, and should be below 0.5"),
    (0.5, {"above": 0.5}, "the value is 0.5, and should be above 0.5"),
    (0.8, {"above": 0.5, "below": 0.7}, "should be above 0.5 and below 0.7"),
    (0.4, {"above": 0.5, "below": 0.7}, "should be above 0.5 and below 0.7"),
    (1.06, {"close_to": 1.0, "tol": 0.05}, "should be within 0.05 of 1"),
    (0.94, {"close_to": 1.0, "tol": 0.05}, "should be within 0.05 of 1"),
    (float("nan"), {"below": 0.5}, "the value is nan"),
    (float("nan"), {"above": 0.5}, "the value is nan"),
    (float("nan"), {"close_to": 0.5, "tol": 1.0}, "the value is nan"),
]


@pytest.fixture(autouse=True, params=["cpu", "gpu"])
def _profile(monkeypatch, request):
    monkeypatch.setenv("AELIB_PROFILE", request.param)


@pytest.mark.parametrize(("value", "band"), HOLDS)
def test_a_claim_that_holds_prints_its_text_alone(capsys, value, band):
    claim("it holds", value, **band)
    assert capsys.readouterr().out == "✓ it holds\n"


@pytest.mark.parametrize(("value", "band", "message"), FAILS)
def test_a_claim_that_fails_raises_and_prints_nothing(capsys, value, band, message):
    with pytest.raises(ClaimFailed, match=f"it holds: .*{message}"):
        claim("it holds", value, **band)
    assert capsys.readouterr().out == ""


def test_in_the_quick_profile_only_structural_claims_are_checked(monkeypatch, capsys):
    monkeypatch.setenv("AELIB_PROFILE", "quick")
    claim("needs training", 9.0, below=1.0)
    claim("is structural", 0.5, below=1.0, quick=True)
    assert capsys.readouterr().out == "○ needs training\n✓ is structural\n"
    with pytest.raises(ClaimFailed):
        claim("is structural", 9.0, below=1.0, quick=True)


@pytest.mark.parametrize("profile", ["quick", "cpu"])
def test_a_claim_without_a_band_is_a_mistake_in_every_profile(monkeypatch, profile):
    monkeypatch.setenv("AELIB_PROFILE", profile)
    with pytest.raises(ValueError, match="'vague' has no band"):
        claim("vague", 1.0)
    with pytest.raises(ValueError, match="needs close_to and tol together"):
        claim("vague", 1.0, close_to=1.0)
    with pytest.raises(ValueError, match="needs close_to and tol together"):
        claim("vague", 1.0, below=2.0, tol=0.1)


def test_a_failed_claim_is_an_assertion():
    assert issubclass(ClaimFailed, AssertionError)


def test_values_by_name_make_one_line_and_a_failure_says_which(capsys):
    claim("both halve the error", {"Keras": 0.4, "PyTorch": 0.3}, below=0.5, quick=True)
    assert capsys.readouterr().out == "✓ both halve the error\n"
    message = r"both halve the error \(PyTorch\): the value is 0\.6, and should be below 0\.5"
    with pytest.raises(ClaimFailed, match=message):
        claim("both halve the error", {"Keras": 0.4, "PyTorch": 0.6}, below=0.5, quick=True)


def test_a_claim_about_nothing_is_refused():
    with pytest.raises(ValueError, match="has no value"):
        claim("both halve the error", {}, below=0.5)
