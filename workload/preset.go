package workload

import "time"

// The names of the distributions.
const (
	Uniform       = "uniform"
	Zipf          = "zipf"
	YCSBZipf      = "ycsb-zipf"
	YCSBScrambled = "ycsb-scrambled"
	Latest        = "latest"
	Hotspot       = "hotspot"
	Exponential   = "exponential"
)

// The values of Spec.KeyOrder.
const (
	Scattered = "scattered"
	Ordered   = "ordered"
)

// Custom is the preset that gives nothing.
const Custom = "custom"

// Ticks is the preset of tick updates: one transaction writes many single fields, as a
// game or a sensor feed does once a tick.
const Ticks = "ticks"

// The benchmarks of stored procedures.
const (
	SmallBank = "smallbank"
	TPCC      = "tpcc"
)

// Bulk is the loading of messages of rows into page memory; see package bulk.
const Bulk = "bulk"

// Random is the order of keys that a message of bulk has where it is not sorted.
const Random = "random"

// Distributions returns the values allowed for Spec.Distribution.
func Distributions() []string {
	return []string{Uniform, Zipf, YCSBZipf, YCSBScrambled, Latest, Hotspot, Exponential}
}

// Names returns the values allowed for Spec.Name, in the order to list them.
func Names() []string {
	return []string{"ycsb-a", "ycsb-b", "ycsb-c", "ycsb-d", "ycsb-e", "ycsb-f", "calc", "calc-long", Ticks, Custom}
}

// Benchmarks returns the other values allowed for Spec.Name: the benchmarks of
// stored procedures. They are no streams of operations but Benchmarks, which
// have packages of their own.
func Benchmarks() []string { return []string{SmallBank, TPCC} }

// All returns every value allowed for Spec.Name, in the order to list them.
func All() []string { return append(append(Names(), Benchmarks()...), Bulk) }

// Calls returns the values allowed for Spec.Calls with a benchmark or bulk, the
// default first; none for anything else.
func Calls(benchmark string) []string {
	switch benchmark {
	case SmallBank:
		return []string{"full", "constant-sum"}
	case TPCC:
		return []string{"full", "deck", "calc"}
	case Bulk:
		return []string{"update", "resize", "insert", "mixed"}
	}
	return nil
}

// Describe returns one line on the preset of that name, or "" if there is none.
func Describe(name string) string {
	switch name {
	case "ycsb-a":
		return "50 % read, 50 % update, YCSB's scrambled zipfian"
	case "ycsb-b":
		return "95 % read, 5 % update, YCSB's scrambled zipfian"
	case "ycsb-c":
		return "100 % read, YCSB's scrambled zipfian"
	case "ycsb-d":
		return "95 % read, 5 % insert, the latest records the most popular"
	case "ycsb-e":
		return "95 % scan of 1 to 100 records, 5 % insert, YCSB's scrambled zipfian"
	case "ycsb-f":
		return "50 % read, 50 % read-modify-write, YCSB's scrambled zipfian"
	case "calc":
		return "10 read-modify-writes per transaction, uniform"
	case "calc-long":
		return "calc and 0.001 % of batch writes that hold their locks for 2 s"
	case Ticks:
		return "a batch of single-field updates per transaction, zipf over records and fields"
	case Custom:
		return "only what is given; the shares must sum to 1"
	case SmallBank:
		return "six short procedures on savings and checking accounts; the total tells a torn image"
	case TPCC:
		return "orders, payments and deliveries of a wholesale supplier"
	case Bulk:
		return "messages of rows loaded into page memory, row by row or in batches (IEP-32); no transactions, no checkpoints"
	}
	return ""
}

// preset returns what a name stands for; ok is false for an unknown one. The
// mix of all but custom is complete.
func preset(name string) (s Spec, ok bool) {
	ycsb := Spec{Keys: 1, Distribution: YCSBScrambled, Fields: 10}
	calc := Spec{Mix: Mix{RMW: new(1.0)}, Keys: 10, Distribution: Uniform}
	switch name {
	case "ycsb-a":
		s = ycsb
		s.Mix = Mix{Read: new(0.5), Update: new(0.5)}
	case "ycsb-b":
		s = ycsb
		s.Mix = Mix{Read: new(0.95), Update: new(0.05)}
	case "ycsb-c":
		s = ycsb
		s.Mix = Mix{Read: new(1.0)}
	case "ycsb-d":
		s = ycsb
		s.Mix, s.Distribution = Mix{Read: new(0.95), Insert: new(0.05)}, Latest
	case "ycsb-e":
		s = ycsb
		s.Mix, s.MaxScan = Mix{Scan: new(0.95), Insert: new(0.05)}, 100
	case "ycsb-f":
		s = ycsb
		s.Mix = Mix{Read: new(0.5), RMW: new(0.5)}
	case "calc":
		s = calc
	case "calc-long":
		s = calc
		s.Long = Long{Share: new(1e-5), Keys: 1000, Hold: new(2 * time.Second)}
	case Ticks:
		s = Spec{Mix: Mix{Update: new(1.0)}, UpdatesPerTick: 10_000, Fields: 10,
			Distribution: Zipf, FieldDistribution: Zipf, Theta: new(0.8)}
	case Custom:
	default:
		return Spec{}, false
	}
	return s, true
}
