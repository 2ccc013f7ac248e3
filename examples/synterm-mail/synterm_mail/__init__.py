"""For prompts that read and answer mail: what synterm finds by the entry points of this package."""
