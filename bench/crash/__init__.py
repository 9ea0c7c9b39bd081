"""The crash proof: kills, lost links, refused repeats, wrong clocks, two workers, and engines that must be caught."""
