"""How far an answer brings the import of a meter."""

from dataclasses import replace

from .metering.access import Access, union
from .metering.answer import Evaluation, latest, newest_day, period_of
from .metering.corrections import Corrections, added_up
from .metering.gaps import Coverage, updated
from .storage import Progress


def after_answer(progress: Progress, evaluation: Evaluation, corrected: Corrections) -> Progress:
    """Return how far the import is once an answer was written, which corrected what was stored."""
    question = evaluation.question
    read = [Access(period_of(span), question.granularities) for span in question.spans]
    newest = {key: max(hours.values) for key, hours in evaluation.hours.items() if hours.values}
    return replace(
        progress,
        read=tuple(union([*progress.read, *read])),
        data_until=latest(progress.data_until, evaluation.data_until),
        last_day=newest_day(progress.last_day, evaluation.last_day),
        newest={
            key: max(newest.get(key, 0), progress.newest.get(key, 0))
            for key in progress.newest.keys() | newest.keys()
        },
        coverage={
            **progress.coverage,
            **{
                key: updated(progress.coverage.get(key, Coverage()), found, question.spans)
                for key, found in evaluation.coverage.items()
            },
        },
        sources=progress.sources | evaluation.sources,
        serials=_newest_serials(progress, evaluation),
        corrected=added_up(progress.corrected, corrected) if corrected else progress.corrected,
    )


def _newest_serials(progress: Progress, evaluation: Evaluation) -> frozenset[str]:
    """Return the numbers of the meters in use, which an answer about older days does not tell."""
    until = evaluation.data_until
    is_newer = until and not (progress.data_until and until < progress.data_until)
    return evaluation.serials or progress.serials if is_newer else progress.serials
