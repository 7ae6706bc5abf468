"""The same evaluation in other tools, one file each, and what installs them below `.peers/`."""
