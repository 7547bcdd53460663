"""Tasks in a world of blocks: StrBuild and HouseBuild."""
