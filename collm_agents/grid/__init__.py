"""The paper's table: rows (who plays) x tasks x seeds, run by the commands anyone could type, and summed up from their files.

| module | what it is |
|---|---|
| :mod:`.rows` | the nine rows, the columns of each task |
| :mod:`.paper` | the paper's figures |
| :mod:`.config` | what ``table.yaml`` holds |
| :mod:`.cells` | a cell: its folder, its commands, whether it is done |
| :mod:`.worker` | a process that runs commands |
| :mod:`.run` | all cells, several at a time |
| :mod:`.summary` | from episodes to means, intervals and differences |
| :mod:`.render` | Markdown, CSV, LaTeX, JSON, terminal |
"""
