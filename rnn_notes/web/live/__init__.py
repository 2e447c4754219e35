"""Python in the reader's page: fetched at build time, packed for the browser, and run by a worker."""
