# `make help` lists the targets. `make B=build-asan SAN=1` builds with ASan and
# UBSan beside the ordinary build; BARE=1 without what hides faults of memory.
B ?= build
PORT ?= 8080
CC ?= gcc
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
RELEASED_AT := $(shell git log -1 --format=%ct 2>/dev/null || date +%s)

MODULES := libpq libcjson libcurl libbrotlienc zlib libsodium libxxhash expat libidn2
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wvla \
	-Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wundef \
	-Wold-style-definition -Wformat=2 -Wimplicit-fallthrough \
	-Wdeclaration-after-statement -fno-common
HARDEN := -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection=full \
	-ftrivial-auto-var-init=zero -fno-strict-overflow -fPIE
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen,--as-needed
ifdef SAN
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -g3
# Only as static libraries do both write where log_path says.
LINK := -fsanitize=address,undefined -static-libasan -static-libubsan
else
WARN += -Werror
endif
ifdef BARE
HARDEN :=
LINK :=
endif
MEMCHECK := valgrind -q --leak-check=full --error-exitcode=99 --trace-children=yes
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu17 $(CFLAGS) $(WARN) $(HARDEN) -MMD -MP -D_GNU_SOURCE \
	-DVERSION='"$(VERSION)"' -DRELEASED_AT=$(RELEASED_AT) -Isrc -I$B/gen \
	-include src/base/banned.h $(INCLUDES)
LIBS := -lfcgi $(shell pkg-config --libs $(MODULES))
INCLUDES := $(shell pkg-config --cflags $(MODULES))

PROGRAMS := web ingest mailer ctl
SHARED := $(filter-out src/tools/% $(PROGRAMS:%=src/%.c),$(wildcard src/*.c src/*/*.c))
SHARED_OBJ := $(SHARED:src/%.c=$B/obj/%.o) $B/obj/queries.o $B/obj/views.o \
	$B/obj/schemas.o
SQL := $(wildcard src/*/*.sql)
VIEWS := $(sort $(wildcard src/views/*.html src/views/*/*.html src/views/*/*.txt))
SCHEMAS := migrations/content/career.schema.json src/api/openapi.json
STATIC := $(wildcard src/static/*)
UNIT := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test_*.c))
MAIL := $(patsubst tests/mail/%.c,$B/mail/%,$(wildcard tests/mail/*.c))

.DELETE_ON_ERROR:
.PHONY: all run env packages test test-fault unit asan valgrind analyse fuzz \
	lint bench bench-ingest bench-mail shots help clean FORCE

all: $(PROGRAMS:%=$B/autopsy-%) $B/static/.done ## build the programs

run: ## install what is missing, build, and serve on PORT (8080)
	@deploy/local/install-packages run
	@$(MAKE) -s all
	@exec deploy/local/site run --port $(PORT)

env: ## print the settings of the copy on PORT, for eval "$(make -s env)"
	@deploy/local/site env --port $(PORT)

packages:
	@deploy/local/install-packages test

test: packages ## install what is missing and run every test
	@tests/run

test-fault: packages ## break all about the mailer for two minutes
	@$(MAKE) -s all
	@/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/fault

unit: $(UNIT) $(MAIL) ## run the C tests
	@for t in $(UNIT); do $(RUN) $$t || exit 1; done

asan: ## build with the sanitizers and run the C tests
	@$(MAKE) -s B=build-asan SAN=1 all unit

valgrind: ## run the C tests, a worker and the commands under memcheck
	@$(MAKE) -s B=build-bare BARE=1 RUN='$(MEMCHECK)' all unit
	@B=build-bare /usr/bin/python3 -m pytest -q -p no:cacheprovider \
		tests/web/valgrind.py

analyse: $B/gen/queries.h ## read the C with three analysers
	@tests/analyse

fuzz: packages ## fuzz all parsers, or one TARGET, each for SECONDS (30)
	@tests/fuzz/run $(or $(SECONDS),30) $(TARGET)

lint: ## check layout, includes, and what else a machine can tell
	@tests/lint

bench: ## how fast the site is, as ratios to others of the same run
bench-ingest: ## how fast 44,000 rows of pay become figures
bench-mail: ## how fast mails leave, as a ratio to Postfix's smtp-source
bench bench-ingest bench-mail: packages
	@$(MAKE) -s all
	@tests/bench/$(patsubst bench,run,$(@:bench-%=%))

shots: packages ## pictures of every page of the copy on PORT, into build/shots
	@tests/browser/node tests/browser/shots.js --base http://localhost:$(PORT)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t20

clean: ## remove what was built; stop a running copy first
	rm -rf build build-asan build-bare build-fuzz

$B/autopsy-%: $B/obj/%.o $B/libautopsy.a
	@echo '  LD $@'
	@$(CC) $(LINK) -o $@ $^ $(LIBS)

$B/libautopsy.a: $(SHARED_OBJ)
	@rm -f $@ && ar rcs $@ $^

$B/obj/%.o: src/%.c | $B/gen/queries.h
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$B/obj/%.o: $B/gen/%.c | $B/gen/queries.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -Wno-overlength-strings -c -o $@ $<

$B/embed: src/tools/embed.c
	@mkdir -p $(@D)
	@$(CC) -O1 -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -o $@ $<

$B/gen/queries.h $B/gen/queries.c &: $(SQL) $B/embed
	@mkdir -p $(@D)
	@$B/embed queries $B/gen/queries.h $B/gen/queries.c $(SQL)

$B/gen/views.c: $(VIEWS) $B/embed
	@mkdir -p $(@D)
	@$B/embed files $@ views src/views $(VIEWS)

$B/gen/schemas.c: $(SCHEMAS) $B/embed
	@mkdir -p $(@D)
	@$B/embed files $@ schemas migrations/content $(SCHEMAS)

$B/static/.done: $(STATIC) deploy/local/build-static
	@deploy/local/build-static src/static $B/static

$(UNIT) $(MAIL): $B/%: tests/%.c $B/libautopsy.a
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $< $B/libautopsy.a -lcmocka -lbrotlidec $(LIBS)

-include $(SHARED_OBJ:.o=.d) $(PROGRAMS:%=$B/obj/%.d) $(UNIT:=.d) $(MAIL:=.d)
