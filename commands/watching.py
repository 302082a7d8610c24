"""A watched folder: manifests, and recordings beside their consents, are taken in once they are whole."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from commands.batching import HandedIn, Prepared, check_manifest, hand_in, manifest_digest, prepare
from commands.opening import read_document
from config.wiring import Wiring
from pipeline.domain.documents.manifest import ManifestRow, read_manifest
from pipeline.domain.night import Batch, new_batch_id
from pipeline.errors import ManifestInvalidError, PipelineError

_MANIFESTS = {".csv", ".jsonl"}
_CONSENT = ".consent.json"
#: What browsers, copy programs and recorders call a file that they are still writing.
_UNFINISHED = {".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download"}
_DONE, _FAILED = "done", "failed"


@dataclass
class WatchedFolder:
    """Looks at a folder again and again; a file counts once it has stood still for a while."""

    folder: Path
    wiring: Wiring
    actor: str
    settle_seconds: float
    #: Move a recording that was accepted to ``done``, where it lies in the clear; it is removed otherwise.
    keep: bool = False
    _seen: dict[Path, tuple[int, int, float]] = field(default_factory=dict)
    _set_aside: int = 0

    def look(self) -> Sequence[HandedIn]:
        """Take in what is whole by now; return what became of it."""
        settled = [path for path in self._files() if self._has_settled(path)]
        manifests = [path for path in settled if path.suffix.lower() in _MANIFESTS]
        listed = [path for path in self._files() if path.suffix.lower() in _MANIFESTS]
        claimed = {recording for manifest in listed for recording in _named(manifest)}
        handed_in = [found for path in manifests if (found := self._manifest(path)) is not None]
        pairs = [pair for pair in _pairs(settled) if pair[0] not in claimed and pair[0].exists()]
        return [*handed_in, *self._pairs(pairs)]

    def remove_stale(self) -> int:
        """Remove what has lain in ``failed`` for as long as is set; return how many files that were."""
        latest = (self.wiring.clock.now() - self.wiring.settings.arrivals.keep_failed).timestamp()
        failed = self.folder / _FAILED
        # When its status changed, which is when it was set aside: recordings keep the date they came with.
        stale = [path for path in failed.glob("*") if path.is_file() and path.stat().st_ctime <= latest]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def set_aside(self) -> int:
        """Return how many manifests and recordings went to ``failed`` since this was last asked."""
        count, self._set_aside = self._set_aside, 0
        return count

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.is_file() and not _is_unfinished(path))

    def _has_settled(self, path: Path) -> bool:
        """Say whether size and date have stayed the same for long enough."""
        facts = path.stat()
        now = time.monotonic()
        size, changed, since = self._seen.get(path, (-1, -1, now))
        if (size, changed) != (facts.st_size, facts.st_mtime_ns):
            since = now
        self._seen[path] = (facts.st_size, facts.st_mtime_ns, since)
        return now - since >= self.settle_seconds

    def _manifest(self, path: Path) -> HandedIn | None:
        batch = _batch(path.stem, self.actor, manifest_digest(path))
        try:
            prepared, problems = check_manifest(self.wiring, path, batch)
        except PipelineError as error:
            self._fail([path], str(error))
            return None
        if problems:
            self._fail([path], "\n".join(f"line {each.line}: {each.problem}" for each in problems))
            return None
        found = hand_in(self.wiring, batch, prepared, lambda _done, _all: None)
        refused = {line for line, _, _ in found.refused}
        if not self.keep:
            needed = {path for each in prepared if each.line in refused for path in _content_of(each)}
            self._remove({path for each in prepared for path in _content_of(each)} - needed)
        if found.refused:
            self._fail([path], "\n".join(f"line {line}: {error}" for line, _, error in found.refused))
        else:
            self._move([path], _DONE)
        return found

    def _remove(self, recordings: Iterable[Path]) -> None:
        """Remove what is stored encrypted by now; what a manifest names outside of the folder is not ours to remove."""
        for recording in recordings:
            if recording.resolve().is_relative_to(self.folder.resolve()):
                recording.unlink(missing_ok=True)

    def _pairs(self, pairs: Sequence[tuple[Path, Path]]) -> Iterator[HandedIn]:
        if not pairs:
            return
        batch = _batch("watched", self.actor, None)
        whole: list[tuple[Prepared, tuple[Path, Path]]] = []
        for number, pair in enumerate(pairs, 1):
            row = ManifestRow(number, PurePath(pair[0].name), PurePath(pair[1].name))
            try:
                whole.append((prepare(self.wiring, self.folder, row, batch), pair))
            except PipelineError as error:
                self._fail(pair, str(error))
        if whole:
            yield self._take_in(batch, whole)

    def _take_in(self, batch: Batch, whole: Sequence[tuple[Prepared, tuple[Path, Path]]]) -> HandedIn:
        found = hand_in(self.wiring, batch, [each for each, _ in whole], lambda _done, _all: None)
        refused = {line: error for line, _, error in found.refused}
        for each, pair in whole:
            if each.line in refused:
                self._fail(pair, str(refused[each.line]))
            elif self.keep:
                self._move(pair, _DONE)
            else:
                self._remove(pair)
        return found

    def _fail(self, paths: Iterable[Path], reason: str) -> None:
        self._set_aside += 1
        moved = self._move(paths, _FAILED)
        moved[0].with_name(moved[0].name + ".reason.txt").write_text(reason + "\n", encoding="utf-8")

    def _move(self, paths: Iterable[Path], where: str) -> list[Path]:
        target = self.folder / where
        target.mkdir(mode=0o700, exist_ok=True)
        moved = [path.rename(_free(target / path.name)) for path in paths]
        for path in moved:
            # Nobody else's to read; and not every file system notes a new name as a change of status.
            path.chmod(0o600)
        return moved


def _content_of(each: Prepared) -> Iterator[Path]:
    yield each.source
    if each.vocabulary is not None:
        yield each.vocabulary


def _is_unfinished(path: Path) -> bool:
    return path.name.startswith((".", "~")) or path.name.endswith("~") or path.suffix.lower() in _UNFINISHED


def _pairs(paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each recording with the consent that lies beside it, once both are whole."""
    whole = set(paths)
    for path in sorted(whole):
        if path.name.endswith(_CONSENT) or path.suffix.lower() in _MANIFESTS:
            continue
        consent = path.with_name(path.stem + _CONSENT)
        if consent in whole:
            yield path, consent


def _named(manifest: Path) -> Iterator[Path]:
    """Yield the recordings that a manifest names; they come with it and not by themselves."""
    try:
        text = read_document(manifest, ManifestInvalidError)
    except PipelineError:
        return
    for row in read_manifest(text, json_lines=manifest.suffix == ".jsonl").rows:
        yield manifest.parent / row.audio


def _batch(label: str, actor: str, digest: str | None) -> Batch:
    code = "".join(c if c.isalnum() or c in "-_." else "-" for c in label)[:40] or "watched"
    return Batch(new_batch_id(), code, actor, manifest_sha256=digest)


def _free(path: Path) -> Path:
    """Return the path, or one with a number where it is taken."""
    if not path.exists():
        return path
    return next(p for n in range(1, 100_000) if not (p := path.with_name(f"{path.stem}.{n}{path.suffix}")).exists())
