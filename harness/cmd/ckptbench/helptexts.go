package main

import "github.com/alecthomas/kong"

// helpTexts are the texts of flags and commands that are too long for their fields' tags,
// which name them as ${name}: a tag cannot be broken over two lines. The name of a text is
// that of the command and the field.
func helpTexts() kong.Vars {
	texts := kong.Vars{
		"help_compare_export": "Write HEAD, or a single result, for github-action-benchmark and Bencher.",
		// the empty word at the end is what list takes where nothing is said
		"listings": "algorithms,workloads,experiments,charts,columns,formats,keys,claims,everything,",
		"help_list_what": "algorithms (where nothing is said), workloads, experiments, charts, columns, formats, keys, " +
			"claims, or everything.",
		"help_list_filter": "Only the rows whose name has this in it, such as workload for keys; or, where none has, " +
			"any of whose texts has.",
		"help_command_regress": "Build two revisions and measure them in turns: exit 0 same or better, 1 regressed, 2 " +
			"cannot compare.",
		"help_command_verify": "Read every byte of the images, logs and algorithms' own files in a folder, and say what is " +
			"damaged.",
		"help_command_list": "List the algorithms, the workloads, the experiments, the keys of a config or the published " +
			"claims.",
		"help_command_doctor":   "Look at this machine for some seconds: exit 0 quiet, 1 figures will be disturbed.",
		"help_regress_config":   "Experiment that both builds run; base's own, where base has it.",
		"help_regress_baseline": "Stored exact figures and the commit they are of; empty for none.",
		"help_run_configs":      "Experiment files, or workload files of YCSB's as they are; - is standard input.",
		"help_run_profile":      "Profile the measured parts: cpu, mem, mutex, block or trace. Such results are marked.",
		"help_run_repeat_noisy": "Run a trial again, this often at most, where something else on the machine " +
			"disturbed it; 0 " +
			"never. What is run again is kept, in the result's folder noisy.",
		"help_run_resume": "Continue an interrupted run: trials that are there are not run again. Refused with another " +
			"build or configuration.",
		"help_run_force": "With --resume: continue with another build, and set trials of another configuration aside.",
		"help_run_for": "Stop after this long, as after Ctrl-C: what was measured is kept, and --resume goes on " +
			"from there.",
		"help_run_shard":    "Run the I-th of N parts, to be put together with merge; it goes to a folder of its own.",
		"help_plot_figures": "Draw the figures that this file lists, as a config's figures do, and nothing else.",
		"help_show_format":  "svg, pdf, png, tex; with tex, the table too, for booktabs.",
	}
	figureHelp(texts)
	return texts
}
