# SPDX-License-Identifier: GPL-2.0
#
# The suite's front door.  The kernel's build reads Kbuild, not this file.

KDIR ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= stable
TEST ?=

# The lab has builds of its own: neither our flags nor the job server are
# theirs, and a variable on our command line must not override one there.
own := env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL

.DEFAULT_GOAL := modules
.PHONY: modules modules_install clean help demo lab lab-shell lab-test \
	check check-fast check-debug check-kunit check-style check-mutants check-faults \
	check-verify bench-drm bench-lab bench-sched bench-transport

modules: ## build the modules (default); KDIR=DIR for other headers than the running kernel's
	@[ -e "$(KDIR)/Makefile" ] || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$$(uname -r) or give KDIR=" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install: ## install the modules built
	@[ -e "$(KDIR)/Makefile" ] || { echo "no kernel headers in $(KDIR); give KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

clean: ## remove everything built in the tree; the lab's cache stays
	@[ ! -e "$(KDIR)/Makefile" ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

demo: ## the main job, two guests on one accelerator; KERNEL=stable|backports
	@$(own) tools/demo/demo.sh $(KERNEL)

lab: ## prepare the lab: Debian root, QEMU, images, modules, tools
	@$(own) tools/check/check.sh build

lab-shell: ## a shell on the lab's KVM host; KERNEL=stable|backports
	@$(own) tools/lab/modules.sh $(KERNEL)
	@$(own) tools/lab/user.sh
	@$(own) tools/lab/run.sh --kernel $(KERNEL) --shell

lab-test: ## one test on the lab's KVM host; TEST=SCRIPT KERNEL=stable|backports
	@[ -n "$(TEST)" ] || { echo "which? make lab-test TEST=selftests/l1/NAME.sh" >&2; exit 1; }
	@$(own) tools/lab/modules.sh $(KERNEL)
	@$(own) tools/lab/user.sh
	@$(own) tools/lab/run.sh --kernel $(KERNEL) $(TEST)

check: ## every check and test on both lanes; ends with the number passed, failed, skipped
	@$(own) tools/check/check.sh

check-fast: ## style, model and one boot: some minutes
	@$(own) tools/check/check.sh --fast

check-debug: ## all selftests on a kernel with KASAN, lockdep and the like; SHORT=1 for some
	@$(own) tools/check/check.sh $(if $(SHORT),kselftest-debug,--long kselftest-debug kselftest-kcsan)

check-kunit: ## the KUnit suites of the scheduler, under User-mode Linux
	@$(own) tools/check/check.sh kunit

check-style: ## the static checks alone, warnings of both lanes' builds included
	@$(own) tools/check/check.sh style

bench-lab: ## shares of two guests in virtual time, as a table; KERNEL=stable|backports
	@$(own) tools/lab/bench-lab.sh $(KERNEL)

bench-transport: ## exits and instructions of a command, beside virtio-crypto; KERNEL=stable|backports
	@$(own) tools/lab/bench-transport.sh $(KERNEL)

check-faults: ## what each fault costs its owner and the neighbours, as a table; KERNEL=, RUNS=
	@$(own) tools/lab/check-faults.sh $(KERNEL) $(RUNS)

check-verify: ## the state machines of contexts and instances, by a model checker
	@$(own) tools/check/check.sh verify

check-mutants: ## do the tests notice planted bugs? ONLY="native kunit": those on this machine
	@[ -x selftests/mutants/run.sh ] || { echo "no selftests/mutants/run.sh in this tree" >&2; exit 1; }
	@$(own) selftests/mutants/run.sh $(ONLY)

bench-sched: ## the scheduler against its peers, natively; ONLY="E1 E4": these alone
	@$(own) tools/lab/in-root.sh -C tools/sched make bench ONLY="$(ONLY)"

bench-drm: ## queue depth cases: drm_sched of the backports kernel next to vf_sched
	@$(own) tools/drm/bench.sh
