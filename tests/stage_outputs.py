"""What each stage makes."""

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import Stage

OUTPUTS = {
    Stage.TRANSCRIBE: (ArtifactKind.WORKING_COPY, ArtifactKind.TRANSCRIPT),
    Stage.DRAFT: (ArtifactKind.DRAFT,),
    Stage.VERIFY: (ArtifactKind.VERDICTS,),
}
