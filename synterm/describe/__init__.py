"""Step 1 Describe: generators, sources, the pipeline and its quality filters, coverage."""
