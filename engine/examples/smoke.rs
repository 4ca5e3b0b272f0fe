use headroom_engine::*; use headroom_engine::time::SimTime;
fn main(){
  for step in headroom_scenario::step::LADDER {
    let sc=step.scenario().validate().unwrap();
    let mut e=Engine::new(&sc);
    for s in 1..=20 { while e.run_until(SimTime::from_s(s as f64), 100_000)==Progress::BudgetSpent { e.conservation().unwrap(); } e.conservation().unwrap(); }
    let r=e.report();
    println!("{} {} ev {} p99 {:.1} {:?}", step.name, r.digest, r.events, r.latency_ms.p99, r.requests);
    for (id,c) in &r.components { println!("   {id}: util {:.2} rps {:.0} qmax {} wait {:.2} {:?} {:?}", c.load.utilisation,c.load.throughput_rps,c.load.queue_max,c.load.wait_ms_mean,c.failed,c.extra); }
    for m in e.marks_since(0) { println!("     {:.1}s {}", m.at_ns as f64/1e9, m.words); }
    let mut e=Engine::new(&sc); for _ in 0..12 { println!("     > {}", e.step().unwrap().sentence); }
  }
  for rate in [1e3,1e4,1e5,1e6] {
    let sc=headroom_scenario::step::widened(rate).validate().unwrap();
    let mut e=Engine::new(&sc); e.sample_every(0);
    e.run_until(SimTime::from_s(1.0), u64::MAX);
    let ev=e.events(); let t=std::time::Instant::now();
    let sim = (2e6/rate).min(100.0);
    e.run_until(SimTime::from_s(1.0+sim), u64::MAX);
    let w=t.elapsed().as_secs_f64();
    println!("rate {rate}: {:.2}x real time, {:.1} ns/event, {:.1} ev/req, inflight {} bytes/req {:.0}", sim/w, w*1e9/(e.events()-ev) as f64, (e.events()-ev) as f64/(rate*sim), e.in_flight(), e.memory_bytes() as f64/e.in_flight() as f64);
    let r=e.report(); println!("{:?}", r.requests); for (id,c) in &r.components { println!("   {id}: util {:.2} rps {:.0} n {} {:?} {:?}", c.load.utilisation,c.load.throughput_rps,c.instances.len(), c.failed,c.extra); }
  }
}
