# Two commands do everything on a fresh machine: `make app` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
HOST ?= 127.0.0.1
RUN ?= runs/simulated-earth
WORLD ?= data/world
PHOTOS ?= data/photos
PLACES ?= 150000
TRAIN ?= 145000
PHOTO_TRAIN ?= 40000
CELLS ?= 6000
# Of the indexes' spaces: with 64 the two checkpoints would have more than 40 MB.
DIMENSIONS ?= 36
PHOTO_DIMENSIONS ?= 28
SEED ?= 1
SHIPPED := checkpoints/simulated-earth
MINUTES ?= 100
PHOTO_MINUTES ?= 12
START ?=
# From an encoder that has learned: a higher rate and small pictures first took 800 steps to come back to where it stood.
FROM_NOTHING := --learning-rate 0.003 --small-size 64 --small-share 0.6
GO_ON := --learning-rate 0.0015
# Two processes of one thread each train 1.7 times as fast on two cores as one of two threads; on one GPU: PROCESSES=1.
PROCESSES ?= 2
BF16 ?= $(shell grep -qE 'amx_bf16|avx512_bf16' /proc/cpuinfo 2>/dev/null && echo --bf16)
PRETRAIN = $(BIN)/torchrun --standalone --nproc-per-node $(PROCESSES) -m model.pretrain --optimizer muon $(BF16) --half --workers 0 --cache-gb 18

export TOKENIZERS_PARALLELISM = false

.PHONY: app test check format reproduce after-encoder screenshots benchmarks browser postgres help

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

app: $(VENV)/.installed ## the dashboard, the game and the API on http://localhost:8501 (HOST=0.0.0.0 lets others in)
	@$(BIN)/python -m world.warm_up
	@$(BIN)/python -m model.geo.atlas >/dev/null
	@$(BIN)/streamlit run streamlit_app.py --server.address $(HOST) --server.port $(PORT)

test: $(VENV)/.installed-dev browser postgres ## every test, a whole game in a real browser among them
	@$(BIN)/python -m world.warm_up
	@$(BIN)/python -m model.geo.atlas >/dev/null
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.installed-dev ## put the code into its one form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Homing needs Python 3.11 or newer; $(PYTHON) is older. Name another: make app PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "python3 could not make a virtual environment; on Debian: apt-get install python3-venv"; exit 2; }

$(VENV)/.installed: $(VENV)/bin/python requirements.txt
	@echo "installing requirements.txt into $(VENV) (once, a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

browser: ## Chromium and its driver, from Debian's packages when they are missing
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "installing chromium and chromium-driver"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null; \
	else \
	  echo "The browser tests and the bot need Chromium and its driver on the PATH, and they are missing."; \
	  echo "On Debian or Ubuntu: sudo apt-get install chromium chromium-driver, then make test again."; exit 2; \
	fi

postgres: ## PostgreSQL for the scorebook's tests, from Debian's package; without it they are skipped, and say so
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "installing postgresql"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; } || \
	  echo "PostgreSQL could not be installed; its tests will be skipped."; \
	fi

reproduce: $(VENV)/.installed ## every stage up to the two shipped checkpoints (hours; can be killed and run again; START=DIR: from an encoder)
	@$(BIN)/python -m model.geo.atlas >/dev/null
	HOMING_FONTS=drawn $(BIN)/python -m world.make_dataset --places $(PLACES) --train $(TRAIN) --validation 3000 --test 2000 --seed $(SEED) \
	  --clues --maps --out $(WORLD)
	$(BIN)/python -m model.cut_photos --manifest $(WORLD)/manifest.parquet --train $(PHOTO_TRAIN) --out $(PHOTOS)
	$(BIN)/python -m model.build_geocells --manifest $(WORLD)/manifest.parquet --cells $(CELLS) --out $(RUN)
	$(PRETRAIN) --manifest $(WORLD)/manifest.parquet --geocells $(RUN)/geocells.parquet --tau-km 60 --preset pigeon \
	  $(if $(START),--start-from $(START) $(GO_ON),$(FROM_NOTHING)) --minutes $(MINUTES) --out $(RUN)
	$(MAKE) after-encoder MANIFEST=$(WORLD)/manifest.parquet KIND=pigeon OUT=$(RUN) TO=$(SHIPPED)
	$(BIN)/python -m model.build_geocells --manifest $(PHOTOS)/manifest.parquet --out $(RUN)-photo
	$(PRETRAIN) --manifest $(PHOTOS)/manifest.parquet --geocells $(RUN)-photo/geocells.parquet --preset pigeotto \
	  --start-from $(RUN)/encoder --learning-rate 0.001 --minutes $(PHOTO_MINUTES) --out $(RUN)-photo
	$(MAKE) after-encoder MANIFEST=$(PHOTOS)/manifest.parquet KIND=pigeotto DIMENSIONS=$(PHOTO_DIMENSIONS) OUT=$(RUN)-photo TO=$(SHIPPED)-photo

after-encoder: # embeddings, head, index, calibration and figures of the encoder in OUT; then the files that ship
	$(BIN)/python -m model.embed --manifest $(MANIFEST) --encoder $(OUT)/encoder --out $(OUT)
	$(BIN)/python -m model.train_head --manifest $(MANIFEST) --embeddings $(OUT)/embeddings.npy --geocells $(OUT)/geocells.parquet \
	  --preset $(KIND) --half --out $(OUT)
	$(BIN)/python -m model.build_index --manifest $(MANIFEST) --embeddings $(OUT)/embeddings.npy --geocells $(OUT)/geocells.parquet \
	  --preset $(KIND) --space lda --dimensions $(DIMENSIONS) --factory SQ8 --out $(OUT)
	$(BIN)/python -m model.calibrate --manifest $(MANIFEST) --embeddings $(OUT)/embeddings.npy --preset $(KIND) --out $(OUT)
	$(BIN)/python -m model.train_attributes --manifest $(MANIFEST) --embeddings $(OUT)/embeddings.npy --out $(OUT) --calibrate $(OUT)
	$(BIN)/python -m model.evaluate --checkpoint $(OUT) --manifest $(MANIFEST) --split test --out $(OUT)
	@mkdir -p $(TO) && rm -rf $(TO)/* && cd $(OUT) && \
	  cp -r encoder head index $$(ls -d kernel 2>/dev/null) calibration attributes geocells.parquet metrics.json predictions.csv README.md *.record.json $(CURDIR)/$(TO)/
	@echo "shipped: $(TO)"

screenshots: $(VENV)/.installed browser ## the README's pictures, taken from the running app
	@$(BIN)/python -m docs.screenshots
	@$(BIN)/python -m world.contact_sheet --width 720 --out docs/images/world.jpg

benchmarks: $(VENV)/.installed ## speed and memory, as ratios
	@for name in atlas geocells render locate pretraining bot cold_start load few_places scale recall_area api rating; do echo "== $$name"; \
	  $(BIN)/python -m benchmarks.$$name --json $$([ $$name != render ] || echo --panoramas 2000) || exit 1; done
