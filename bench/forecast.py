"""How far off the forecast is over a hundred nights of one stage, without a ledger: ``python -m bench.forecast``."""

from tests.unit.domain.test_forecast import simulated

NIGHTS = 100
HOURS = (1, 2, 4, 6, 7)
SIZES = ((3200, 38), (240, 3))


def main() -> None:
    """Print the error at each hour, and how often the end lay inside the interval."""
    print("sessions  workers  hours in   median   nine in ten   end inside")
    for sessions, workers in SIZES:
        for hour in HOURS:
            found = [simulated(seed, sessions, workers, hour) for seed in range(NIGHTS)]
            nights = [night for night in found if night is not None]
            errors = sorted(error for error, _ in nights)
            inside = sum(held for _, held in nights) / len(nights)
            median, tenth = errors[len(errors) // 2], errors[int(len(errors) * 0.9)]
            print(f"{sessions:8} {workers:8} {hour:9} {median:8.1%} {tenth:13.1%} {inside:12.0%}")


if __name__ == "__main__":
    main()
