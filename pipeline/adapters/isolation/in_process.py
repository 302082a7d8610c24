"""Stage work in the calling process: for stages without models, and for tests."""

from dataclasses import dataclass

from pipeline.ports import Inputs, StageFunction, StageResult, StageTask


@dataclass(frozen=True, slots=True)
class InProcessWork:
    """Runs a stage function directly; it cannot be stopped half-way, and the fence drops a late result."""

    function: StageFunction

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Return what the function returns."""
        return self.function(task, inputs)

    def stop(self) -> None:
        """Do nothing: there is no process to stop."""
