# Builds the fuzz targets with clang, in a directory of their own; run says
# how they are run.
B := build-fuzz
CC := clang
SAN := 1
CFLAGS := -O1 -g -fsanitize=fuzzer-no-link
include Makefile

FUZZ := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzzers
fuzzers: $(FUZZ) $B/static/.done

$(FUZZ): $B/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	$B/libautopsy.a
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -fsanitize=fuzzer \
		-o $@ $(filter-out %.h,$^) -lpcre2-8 $(LIBS)
