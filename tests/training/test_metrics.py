"""The lines of metrics.jsonl, as written, followed and cut."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapro_annotator.training.metrics import MetricsTail, MetricsWriter, Note, Record, keep_until
from gapro_annotator.training.progress import EvaluationMetrics, StepMetrics


def step(number: int, seconds: float = 1.0) -> StepMetrics:
    return StepMetrics(step=number, epoch=1, seconds=seconds, loss=0.5, losses={"a": 0.5})


def evaluation(number: int) -> EvaluationMetrics:
    return EvaluationMetrics(step=number, seconds=1.0, scores={"ap50": 0.5}, against="labels", scans=["a"])


def write(path: Path, records: list[Record]) -> None:
    with MetricsWriter(path) as lines:
        for record in records:
            lines.append(record)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def test_what_is_written_is_what_is_read(path: Path) -> None:
    tail = MetricsTail(path)
    assert tail.read().records == []
    written: list[Record] = [Note(step=0, text="Begins ✓"), step(1), evaluation(1), step(2)]
    with MetricsWriter(path) as lines:
        for record in written:
            lines.append(record)
            assert tail.read().records == [record]  # at once, not when the file is closed
    news = MetricsTail(path).read()
    assert (news.records, news.restarted) == (written, False)
    assert tail.read().records == []


@pytest.mark.parametrize("end", [b'{"kind": "step", "st', b"{", b"\xff\xfe", b'{"kind": "step", "step": 9}'])
def test_a_torn_last_line_waits_until_it_is_whole(path: Path, end: bytes) -> None:
    write(path, [step(1)])
    path.write_bytes(path.read_bytes() + end)
    tail = MetricsTail(path)
    assert tail.read().records == [step(1)]
    assert tail.read().records == []
    keep_until(path, 5, 5)  # as a resumed run does before it writes
    write(path, [step(2)])
    assert tail.read().records == [step(2)]


def test_lines_that_are_none_of_ours_are_passed_over(path: Path) -> None:
    write(path, [step(1)])
    newer = b'{"kind": "step", "step": 2, "epoch": 1, "seconds": 1, "loss": 1, "mood": "good"}\n'
    path.write_bytes(
        path.read_bytes() + b'\n[]\n3\n{"kind": "dance"}\n{"kind": "step", "step": "x", "epoch": 1}\n' + newer
    )
    assert [record.step for record in MetricsTail(path).read().records] == [1, 2]


def test_a_resumed_run_drops_what_its_checkpoint_does_not_know(path: Path) -> None:
    write(path, [step(1), step(2), evaluation(2), step(3), evaluation(3), Note(step=3, text="x"), step(4)])
    keep_until(path, 3, 2)
    assert MetricsTail(path).read().records == [step(1), step(2), evaluation(2), step(3)]
    keep_until(path, 0, 0)
    assert path.read_bytes() == b""
    keep_until(path.with_name("none.jsonl"), 0, 0)


def test_who_follows_notices_a_file_that_was_cut_even_if_it_has_grown_again(path: Path) -> None:
    tail = MetricsTail(path)
    write(path, [step(1), step(2), step(3)])
    tail.read()
    keep_until(path, 1, 0)
    write(path, [step(2, 7.0), step(3, 7.0), step(4, 7.0), step(5, 7.0)])
    news = tail.read()
    assert news.restarted
    assert news.records == [step(1), step(2, 7.0), step(3, 7.0), step(4, 7.0), step(5, 7.0)]
    path.unlink()
    assert tail.read().restarted
    assert not tail.read().restarted


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_reading_in_pieces_gives_the_same(sizes: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "metrics.jsonl"
        write(path, [step(number) for number in range(1, 6)])
        text = path.read_bytes()
        tail, got, offset = MetricsTail(path), [], 0
        for size in [*sizes, len(text)]:
            offset = min(len(text), offset + size)
            path.write_bytes(text[:offset])
            got += tail.read().records
        assert [record.step for record in got] == [1, 2, 3, 4, 5]
