//! What `--help` says.

/// The command as a whole.
pub const OVERVIEW: &str = "\
headroom: how much load a system design can take, and what gives way first

Every figure comes from a simulation of each single request: seed + scenario = the same run,
here and in the page, bit for bit.

USAGE
    headroom <command> [arguments] [options]

COMMANDS
    run <scenario>            Runs a scenario and prints its figures
    capacity <scenario>       Finds the largest load that holds the objectives
    compare <before> <after>  Runs two designs under the same load, side by side
    steps                     Lists the built-in steps, from one server to copies and a cache
    link <scenario>           Prints the link that opens a scenario in the page
    open <link>               Prints the scenario in a link, as JSON
    schema                    Prints the JSON Schema of a scenario
    help <command>            Says more about a command

A SCENARIO IS
    the name of a step        one-server, load-balancer, ... (see 'headroom steps')
    a file                    design.json
    a link                    '#s1=...' or '#step=cache&seed=7', or the page's whole address
    -                         a file or a link from standard input

EXAMPLES
    headroom run one-server
    headroom run one-server --rate 500 --for 2m
    headroom run load-balancer --series figures.csv
    headroom capacity load-balancer
    headroom compare bigger-server load-balancer --rate 800
    headroom open '#step=cache' > design.json
    headroom run design.json --json | jq .latency_ms.p99

EXIT CODES
    0  done
    1  done, and with --check: an objective does not hold
    2  the command line makes no sense
    3  the scenario has problems, all of them printed; nothing was run
    4  the link is damaged, cut short, too large, or made by a newer version
    5  a file can't be read, or the output not written
";

const RUN: &str = "\
headroom run: runs a scenario natively and prints its figures

USAGE
    headroom run <step | file | link | -> [options]

OPTIONS
    --seed N        Another seed: another run of the same design
    --rate N        Another load, in requests a second, 1 to 1000000; the script may change it
    --for TIME      Simulated time to measure: 60s, 500ms, 2m, 1h    [60s]
    --warmup TIME   Simulated time before that, not measured         [5s]
    --json          One JSON document instead of tables
    --check         Exit with 1 unless every objective holds
    --threads N     Run a design with several sites on so many threads, 1 to 16: the figures are
                    the same on any number                           [as many as processors]
    --series FILE   Also write figures over time as CSV, over what FILE had; - for
                    standard output, alone

The run starts cold: caches and sessions are empty, and the warm-up only leaves its seconds out of
the figures. What piles up behind a cold cache may take longer to go; 'capacity' and 'compare'
measure designs in service. docs/model.md says more.

The room of memory and disk that each part has is told with what decides it, the machine's size,
the document or a limit: --json has it under 'rooms'. Machines that are dead, hang or are slow at the end, and
links that are impaired then, are told too: 'at_end'. A database with copies tells what became of each, and of what
was written: --json has it under 'replication' of the database, and with its instances.

The series has a row for each second from the start of the run, warm-up included: load, answers,
requests in flight at its end, failures by reason, p50, p95 and p99, and of each component servers,
load, waiting line, hits, queries, sessions and price; of each copy of a database how far it was behind
at the end of the second, as db/2.lag_ms and db/2.lag_writes. What else there is, such as mean and p99.9
latency, values lost, disk used and DNS look-ups, stands in the report alone.
A row is of what happens from its start on and before its end: what the script does at 10 s stands in
the row of 10 s. The last row may be of less than a second. What there is nothing to say of is empty.

EXAMPLES
    headroom run one-server
    headroom run design.json --rate 2000 --for 10s --check
    headroom run load-balancer --for 10m --series queues.csv
    headroom link cache | headroom run - --json
";

const CAPACITY: &str = "\
headroom capacity: finds the largest load at which a scenario holds its objectives

It doubles the load until an objective breaks and closes in to 2 %, then says which component
gives way first. Users of a closed loop have no rate of their own: there the answer is their
number, with the rate they reach.

The design is in service: its caches and sessions are filled before anything is measured, and a
load holds when three runs, each with a seed of its own, hold it. The script begins anew in each of
them, as it is but for what it says about the load. Without a script, a load is measured for as long
as steady figures need; with one, for --for, so that a fault takes the same share of every run.

USAGE
    headroom capacity <step | file | link | -> [options]

OPTIONS
    --seed N        Another seed
    --rate N        Start the search here, and call this the load of now
    --for TIME      Simulated time of each run     [60s]
    --warmup TIME   Simulated time before that, from when the script begins   [5s]
    --json          One JSON document

EXAMPLES
    headroom capacity one-server
    headroom capacity '#step=cache' --json
";

const COMPARE: &str = "\
headroom compare: runs two designs under the same conditions, side by side

Both face the traffic, script, seed and objectives of the second, so that only the design differs: a
script of the first's own is not played, which is said. Both are in service: caches and sessions are
filled before the script begins.
Where the first calls a tier otherwise and there is no doubt which is meant, what happens to the one
happens to the other, with the same draws of chance; what can't be done in the first is said.

USAGE
    headroom compare <before> <after> [options]

OPTIONS
    --seed N        Another seed, for both
    --rate N        Another load, for both, in requests a second
    --for TIME      Simulated time to measure      [60s]
    --warmup TIME   Simulated time before that     [5s]
    --json          One JSON document with the keys 'before', 'after', 'renamed', 'left_out',
                    'script_actions' (how many both play) and 'set_aside' (of the first's
                    own conditions)

EXAMPLES
    headroom compare one-server database-apart
    headroom compare old.json new.json --rate 3000
";

const STEPS: &str = "\
headroom steps: lists the built-in steps of the ladder, a line each, its name first

USAGE
    headroom steps [options]

OPTIONS
    --measure   Also find, by running, what each step can take, what of it gives way first, and the
                load from which it pays off: the lowest load that the step before it no longer
                holds and the step does. 'any': the step before does not hold even the least load,
                1 request/s, so the step pays off at any. '–': there is no such load
    --json      One JSON document
";

const LINK: &str = "\
headroom link: prints the link that opens a scenario in the page

A built-in step has a readable link, with a check of what it says in front. Typed by hand it needs
none: #step=cache&seed=7. Any other link holds the whole scenario; no server keeps anything.

USAGE
    headroom link <step | file | link | -> [options]

OPTIONS
    --whole          The whole scenario in the link, even of a built-in step
    --page ADDRESS   Address of the page to put in front, http or https: https://example.org/
    --seed N         Another seed
    --rate N         Another load, in requests a second

EXAMPLES
    headroom link design.json
    headroom link cache --rate 5000 --page http://localhost:8080/
";

const OPEN: &str = "\
headroom open: prints the scenario in a link, as JSON

USAGE
    headroom open <link | ->

A link may be the page's whole address or what follows its '#'; quote it, for a shell. Quotes,
brackets and punctuation that came along with it do no harm.

EXAMPLES
    headroom open '#step=load-balancer&seed=7' > design.json
";

const SCHEMA: &str = "\
headroom schema: prints the JSON Schema of a scenario, for editors and validators

USAGE
    headroom schema > scenario.schema.json
";

/// What `headroom help <command>` and `headroom <command> --help` say, if there is such a command.
pub fn of(command: &str) -> Option<&'static str> {
    match command {
        "run" => Some(RUN),
        "capacity" => Some(CAPACITY),
        "compare" => Some(COMPARE),
        "steps" => Some(STEPS),
        "link" => Some(LINK),
        "open" => Some(OPEN),
        "schema" => Some(SCHEMA),
        _ => None,
    }
}
