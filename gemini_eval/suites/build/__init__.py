"""From a suite's YAML tree to its parts, one file a part. Each adds its faults and returns what could be built."""
