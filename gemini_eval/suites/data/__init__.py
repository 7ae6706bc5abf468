"""Cases from files: CSV, TSV, XLSX, Parquet, JSON, JSONL, YAML, tuning files and folders of texts.

`reader.iter_raw_cases(source)` streams them, `reader.header(source)` names a table's columns, `source` holds the nouns.
"""
