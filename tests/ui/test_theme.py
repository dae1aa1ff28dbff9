"""Every text can be read."""

import pytest

from gapro_annotator.ui.theme import TEXT_ON_SURFACE, contrast


@pytest.mark.parametrize(("text", "surface"), TEXT_ON_SURFACE)
def test_text_has_a_contrast_of_at_least_4_5(text: str, surface: str) -> None:
    assert contrast(text, surface) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == pytest.approx(1)
