web: exec env MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=131072 ${BIN_DIR:-target/release}/ws-server
