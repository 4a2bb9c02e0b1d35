package ycsbfile

// What YCSB's CoreWorkload takes where a file does not say it.
var defaults = map[string]string{
	"readproportion": "0.95", "updateproportion": "0.05", "insertproportion": "0", "scanproportion": "0",
	"readmodifywriteproportion": "0",
	"requestdistribution":       "uniform", "fieldcount": "10", "fieldlength": "100", "maxscanlength": "1000",
	"scanlengthdistribution": "uniform",
	"writeallfields":         "false", "insertorder": "hashed", "hotspotdatafraction": "0.2", "hotspotopnfraction": "0.8",
	"exponential.percentile": "95", "exponential.frac": "0.8571428571", "threadcount": "1",
}

// fixed are properties that would change what is measured, and that have one
// value here.
var fixed = []struct{ key, want, why string }{
	{"fieldlengthdistribution", "constant", "all fields are of one length here"},
	{"readallfields", "true", "a read takes the whole record here"},
	{"minscanlength", "1", "the shortest scan reads one record here"},
	{"insertstart", "0", "all records are loaded here"},
}

// idle are properties that change nothing here: why, by name.
var idle = map[string]string{
	"columnfamily": binding, "hosts": binding, "host": binding, "port": binding,
	"user": binding, "password": binding, "dropdata": binding, "command": "loading and running are one here",
	"verbose": measures, "silence": measures, "status": measures, "outputstyle": measures,
	"operationcount": "a run here is timed: it lasts as long as duration says, however many operations that is",
	"table":          "a name", "fieldnameprefix": "a name", "zeropadding": "a key here is a number",
	"db":             "the store is the one here",
	"minfieldlength": "all fields are of one length", "fieldlengthhistogram": "all fields are of one length",
	"readallfieldsbyname": "a read takes the whole record", "dataintegrity": "images are read back and checked anyway",
	"dotransactions":  "loading and running are one here",
	"measurementtype": measures, "exporter": measures, "exportfile": measures,
	"reportlatencyforeacherror": measures,
	"latencytrackederrors":      measures, "label": "a name",
	"core_workload_insertion_retry_limit":    "an insert here does not fail",
	"core_workload_insertion_retry_interval": "an insert here does not fail",
}

// binding is why a property of one of YCSB's database bindings means nothing here.
const binding = "a database binding's"

// measures is why a property of YCSB's measurements means nothing here.
const measures = "how YCSB reports"

// prefixes are groups of such properties.
var prefixes = []struct{ prefix, why string }{
	{"measurement.", measures}, {"hdrhistogram.", measures}, {"histogram.", measures},
	{"timeseries.", measures}, {"status.", measures},
}

// keys are the other properties that are known.
var keys = []string{
	"workload", "recordcount", "insertcount", "readproportion", "updateproportion", "insertproportion", "scanproportion",
	"readmodifywriteproportion",
	"requestdistribution", "fieldcount", "fieldlength", "maxscanlength", "scanlengthdistribution", "writeallfields",
	"insertorder",
	"hotspotdatafraction", "hotspotopnfraction", "exponential.percentile", "exponential.frac", "threadcount", "target",
	"maxexecutiontime",
}
