"""What stops the benchmark."""


class BenchmarkError(Exception):
    """Something could not be measured; the text says why."""
