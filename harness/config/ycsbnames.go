package config

// What YCSB's CoreWorkload takes where a file does not say it.
var ycsbDefaults = map[string]string{
	"readproportion": "0.95", "updateproportion": "0.05", "insertproportion": "0", "scanproportion": "0",
	"readmodifywriteproportion": "0",
	"requestdistribution":       "uniform", "fieldcount": "10", "fieldlength": "100", "maxscanlength": "1000",
	"scanlengthdistribution": "uniform",
	"writeallfields":         "false", "insertorder": "hashed", "hotspotdatafraction": "0.2", "hotspotopnfraction": "0.8",
	"exponential.percentile": "95", "exponential.frac": "0.8571428571", "threadcount": "1",
}

// ycsbFixed are properties that would change what is measured, and that have one
// value here.
var ycsbFixed = []struct{ key, want, why string }{
	{"fieldlengthdistribution", "constant", "all fields are of one length here"},
	{"readallfields", "true", "a read takes the whole record here"},
	{"minscanlength", "1", "the shortest scan reads one record here"},
	{"insertstart", "0", "all records are loaded here"},
}

// ycsbIdle are properties that change nothing here: why, by name.
var ycsbIdle = map[string]string{
	"operationcount": "a run here is timed: it lasts as long as duration says, however many operations that is",
	"table":          "a name", "fieldnameprefix": "a name", "zeropadding": "a key here is a number",
	"db":             "the store is the one here",
	"minfieldlength": "all fields are of one length", "fieldlengthhistogram": "all fields are of one length",
	"readallfieldsbyname": "a read takes the whole record", "dataintegrity": "images are read back and checked anyway",
	"dotransactions":  "loading and running are one here",
	"measurementtype": ycsbMeasures, "exporter": ycsbMeasures, "exportfile": ycsbMeasures,
	"reportlatencyforeacherror": ycsbMeasures,
	"latencytrackederrors":      ycsbMeasures, "label": "a name",
	"core_workload_insertion_retry_limit":    "an insert here does not fail",
	"core_workload_insertion_retry_interval": "an insert here does not fail",
}

// ycsbMeasures is why a property of YCSB's measurements means nothing here.
const ycsbMeasures = "how YCSB reports"

// ycsbPrefixes are groups of such properties.
var ycsbPrefixes = []struct{ prefix, why string }{
	{"measurement.", ycsbMeasures}, {"hdrhistogram.", ycsbMeasures}, {"histogram.", ycsbMeasures},
	{"timeseries.", ycsbMeasures}, {"status.", ycsbMeasures},
}

// ycsbKeys are the other properties that are known.
var ycsbKeys = []string{
	"workload", "recordcount", "insertcount", "readproportion", "updateproportion", "insertproportion", "scanproportion",
	"readmodifywriteproportion",
	"requestdistribution", "fieldcount", "fieldlength", "maxscanlength", "scanlengthdistribution", "writeallfields",
	"insertorder",
	"hotspotdatafraction", "hotspotopnfraction", "exponential.percentile", "exponential.frac", "threadcount", "target",
	"maxexecutiontime",
}
