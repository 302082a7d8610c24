"""Stage work in a process of its own, which holds no key, no address and no credential."""

from pipeline.adapters.isolation.in_process import InProcessWork
from pipeline.adapters.isolation.parent import ChildLimits, ChildProcessWork

__all__ = ["ChildLimits", "ChildProcessWork", "InProcessWork"]
