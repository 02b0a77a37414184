"""The scenarios by topic, in the order in which they run. None needs what another one has made."""

from . import workloads, nodes, containers, selectors, restarts, restores, rights, networks, mistakes, lag  # noqa: F401
