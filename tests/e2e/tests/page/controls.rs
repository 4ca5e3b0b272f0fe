//! Every control has an effect: the document is searched for controls in all its states, and one
//! that no row below checks fails the build. Parameters have tests of their own.

use std::collections::BTreeSet;
use std::{env, fs};

use headroom_e2e::session::key;
use headroom_e2e::{Look, Outcome, Page};
use serde_json::{Value, json};

use crate::fixture;

/// Checked elsewhere: by parameters.rs for each of them.
const PARAMETER: &str = "parameter";

/// A row for each control: its name, where it is found, and what it must do.
macro_rules! rows {
    ($($test:ident: $control:literal at $fragment:literal => $check:expr;)*) => {
        const CHECKED: &[&str] = &[$($control),*];
        $(
            #[test]
            fn $test() -> Outcome {
                let check: fn(&Page) -> Outcome = $check;
                let window = fixture::page($fragment, Look::DESK)?;
                check(&window)
            }
        )*
    };
}

rows! {
    home_opens_the_first_step: "home" at "#step=cache" => |page| {
        page.click("[data-control=home]")?;
        step_is(page, "one-server")
    };
    a_step_is_opened_by_its_pill: "step" at "" => |page| {
        page.click("[data-control=step][data-of=cache]")?;
        step_is(page, "cache")
    };
    next_step_opens_it: "next-step" at "" => |page| {
        page.click("[data-control=next-step]")?;
        step_is(page, "database-apart")
    };
    step_before_opens_it: "step-before" at "#step=cache" => |page| {
        page.click("[data-control=step-before]")?;
        step_is(page, "replication")
    };
    start_again_opens_the_first_step: "start-again" at "#step=cache" => |page| {
        page.click("[data-control=start-again]")?;
        step_is(page, "one-server")
    };
    start_ladder_leads_from_a_design_of_its_own_to_the_first_step: "start-ladder" at "#step=cache" => |page| {
        let mut document = saved(page, "own")?;
        document["step"] = Value::Null;
        opened(page, "own", &document)?;
        page.click("[data-control=start-ladder]")?;
        step_is(page, "one-server")
    };
    undo_is_checked_in_history: "undo" at "" => |page| {
        edit_rate(page, "77")?;
        page.click("[data-control=undo]")?;
        page.until("the edit is gone", |page| Ok(page.value("[data-control=rate]")? != "77"))
    };
    redo_is_checked_in_history: "redo" at "" => |page| {
        edit_rate(page, "77")?;
        page.click("[data-control=undo]")?;
        page.until("the edit is gone", |page| Ok(page.value("[data-control=rate]")? != "77"))?;
        page.click("[data-control=redo]")?;
        page.until("the edit is back", |page| Ok(page.value("[data-control=rate]")? == "77"))
    };
    theme_goes_from_light_to_dark: "theme" at "" => |page| {
        let ground = |page: &Page| page.session().run(
            "return getComputedStyle(document.body).backgroundColor", &json!([]));
        let light = ground(page)?;
        page.click("[data-control=theme]")?;
        page.click("[data-control=theme]")?;
        page.until("the ground is dark", |page| Ok(ground(page)? != light))
    };
    keys_lists_the_shortcuts: "keys" at "" => |page| {
        page.click("[data-control=keys]")?;
        page.until("the list is open", |page| page.exists("[data-testid=keys-dialog]"))
    };
    close_closes_a_dialog: "close" at "" => |page| {
        page.click("[data-control=keys]")?;
        page.click("[data-control=close]")?;
        page.until("the list is closed", |page| Ok(!page.exists("[data-testid=keys-dialog]")?))
    };
    break_breaks_a_server_and_then_repairs_it: "break" at "#step=balancing-algorithm" => |page| {
        page.figure_becoming("[data-testid=figure-completed-rps]", "above 0", |rps| rps > 0.0)?;
        page.click("[data-control=break]")?;
        page.until("something is down", |page| page.exists("[data-state=down]"))?;
        page.click("[data-control=break]")?;
        page.until("nothing is down", |page| Ok(!page.exists("[data-state=down]")?))
    };
    play_stops_time_and_lets_it_pass: "play" at "" => |page| {
        page.pause()?;
        page.until("no time passes", |page| Ok(clock_moves(page)? == 0.0))?;
        page.click("[data-control=play]")?;
        page.until("time passes", |page| Ok(clock_moves(page)? > 0.0))
    };
    one_event_moves_on_by_one_and_says_what_happened: "one-event" at "" => |page| {
        page.pause()?;
        let before = page.figure("[data-testid=clock]")?;
        let said = page.text("[data-testid=live]")?;
        page.click("[data-control=one-event]")?;
        page.until("a sentence says what happened", |page| {
            let sentence = page.text("[data-testid=live]")?;
            Ok(sentence != said && !sentence.is_empty())
        })?;
        let moved = page.figure("[data-testid=clock]")? - before;
        assert!((0.0..1.0).contains(&moved), "{moved} s");
        Ok(())
    };
    speed_makes_time_pass_faster_and_slower: "speed" at "" => |page| {
        page.set("[data-control=speed]", "10 ×")?;
        page.until("time flies", |page| Ok(clock_moves(page)? > 3.0))?;
        page.set("[data-control=speed]", "1/1000 ×")?;
        page.until("time crawls", |page| Ok((0.0..0.01).contains(&clock_moves(page)?)))
    };
    seed_starts_another_run: "seed" at "" => |page| {
        page.set("[data-control=seed]", "4711")?;
        page.until("the address has the seed", |page| {
            Ok(page.value("[data-control=seed]")? == "4711" && page.fragment()?.contains("4711"))
        })
    };
    new_seed_draws_one: "new-seed" at "" => |page| {
        let before = page.value("[data-control=seed]")?;
        page.click("[data-control=new-seed]")?;
        page.until("the seed is another", |page| Ok(page.value("[data-control=seed]")? != before))
    };
    moment_goes_there: "moment" at "" => |page| {
        page.pause()?;
        page.set("[data-control=moment]", "30000")?;
        page.figure_becoming("[data-testid=clock]", "at 30 s", |clock| (29.9..31.0).contains(&clock))?;
        page.set("[data-control=moment]", "10000")?;
        page.figure_becoming("[data-testid=clock]", "back at 10 s", |clock| (9.9..11.0).contains(&clock)).map(drop)
    };
    rate_typed_is_the_load: "rate" at "" => |page| {
        edit_rate(page, "50")?;
        served(page, 30.0, 75.0)
    };
    traffic_slid_is_the_load: "traffic" at "" => |page| {
        page.set("[data-control=traffic]", "130")?;
        served(page, 10.0, 35.0)
    };
    panel_opens_by_its_tab: "panel" at "" => |page| {
        for panel in ["ring", "queues", "data", "trace", "inspector", "figures"] {
            let before = page.text("[role=tabpanel]")?;
            page.click(&format!("[data-control=panel][data-of={panel}]"))?;
            page.until("the panel changed", |page| Ok(page.text("[role=tabpanel]")? != before))?;
        }
        Ok(())
    };
    panel_body_takes_the_focus_and_scrolls_by_key: "panel-body" at "#step=cache" => |page| {
        open_inspector(page, "web")?;
        let body = "document.querySelector('[data-control=panel-body]')";
        page.session().run(&format!("{body}.focus()"), &json!([]))?;
        page.session().press(&key::END.to_string())?;
        page.until("it scrolled", |page| {
            let scrolled = page.session().run(&format!("return {body}.scrollTop > 0"), &json!([]))?;
            Ok(scrolled == json!(true))
        })
    };
    a_component_clicked_is_inspected: "component" at "#step=load-balancer" => |page| {
        page.click("[data-control=component][data-component=db], [data-control=component]")?;
        page.until("the inspector is open", |page| {
            page.exists("[data-control=panel][data-of=inspector][aria-selected=true]")
        })
    };
    an_instance_clicked_opens_its_menu: "instance" at "#step=load-balancer" => |page| {
        page.click("[data-instance='web/1']")?;
        page.until("its menu is open", |page| page.exists("[data-testid=instance-menu]"))
    };
    a_link_clicked_is_inspected: "link" at "#step=load-balancer" => |page| {
        page.until("the wires are drawn", |page| page.exists("g[data-control=link]"))?;
        page.session().run(
            "document.querySelector('g[data-control=link]').focus()", &json!([]))?;
        page.session().press(&key::ENTER.to_string())?;
        page.until("the inspector shows the link", |page| {
            Ok(page.text(".inspector-title")?.contains("Link"))
        })
    };
    inspect_chooses_a_part: "inspect" at "#step=cache" => |page| {
        open_inspector(page, "cache")?;
        page.until("it is shown", |page| {
            page.exists("[data-control=parameter][data-of=cache]")
        })
    };
    kill_brings_an_instance_down: "kill" at "#step=load-balancer" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=kill][data-of='web/1']")?;
        page.until("it is down", |page| page.exists("[data-instance='web/1'][data-state=down]"))
    };
    repair_brings_it_back: "repair" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=kill][data-of='web/1']")?;
        page.click("[data-control=repair][data-of='web/1']")?;
        page.until("it is up", |page| page.exists("[data-instance='web/1'][data-state=up]"))
    };
    deploy_starts_servers_anew: "deploy" at "#step=balancing-algorithm" => |page| {
        page.click("[data-instance='web/1']")?;
        page.choose("deploy")?;
        page.until("it boots", |page| page.exists("[data-instance='web/1'][data-state=booting]"))
    };
    slow_down_slows: "slow-down" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=slow-down][data-of='web/1']")?;
        page.until("it says so", |page| Ok(page.text(".instances")?.contains("slower")))
    };
    hang_makes_it_answer_nothing: "hang" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=hang][data-of='web/1']")?;
        page.until("it hangs", |page| page.exists("[data-instance='web/1'][data-state=hanging]"))
    };
    destroy_brings_it_down: "destroy" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=destroy][data-of='web/1']")?;
        page.until("it is down", |page| page.exists("[data-instance='web/1'][data-state=down]"))
    };
    break_link_unfolds_what_may_be_wrong: "break-link" at "#step=load-balancer" => |page| {
        open_inspector(page, "lb")?;
        let fields = ".break-link[open] [data-control=impair]";
        assert!(!page.exists(fields)?);
        page.click("[data-control=break-link]")?;
        page.until("its fields are there", |page| page.exists(fields))
    };
    impair_makes_a_link_worse: "impair" at "#step=load-balancer" => |page| {
        open_inspector(page, "lb")?;
        page.click("[data-control=break-link]")?;
        page.set("[data-control=impair][data-name=bandwidth_mbps]", "2.5")?;
        said_of_link(page, "carries 2.5 Mbit/s")
    };
    slow_link_slows_it: "slow-link" at "#step=load-balancer" => |page| {
        of_link(page, "slow-link")?;
        said_of_link(page, "100 ms slower")
    };
    lose_loses_some: "lose" at "#step=load-balancer" => |page| {
        of_link(page, "lose")?;
        said_of_link(page, "loses 5 %")
    };
    limit_limits_it: "limit" at "#step=load-balancer" => |page| {
        of_link(page, "limit")?;
        said_of_link(page, "carries 10 Mbit/s")
    };
    cut_cuts_both_ways: "cut" at "#step=load-balancer" => |page| {
        of_link(page, "cut")?;
        said_of_link(page, "cut")
    };
    cut_calls_cuts_one_way: "cut-calls" at "#step=load-balancer" => |page| {
        of_link(page, "cut-calls")?;
        said_of_link(page, "cut for calls")
    };
    cut_answers_cuts_the_other: "cut-answers" at "#step=load-balancer" => |page| {
        of_link(page, "cut-answers")?;
        said_of_link(page, "cut for answers")
    };
    repair_link_mends_it: "repair-link" at "#step=load-balancer" => |page| {
        of_link(page, "lose")?;
        said_of_link(page, "loses 5 %")?;
        of_link(page, "repair-link")?;
        page.until("it is sound", |page| Ok(!page.exists("[data-testid=trouble]")?))
    };
    add_instance_adds_one: "add-instance" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.until("they are drawn", |page| page.exists("[data-instance^='web/']"))?;
        let before = page.count("[data-instance^='web/']")?;
        page.click("[data-control=add-instance][data-of=web]")?;
        page.until("there is one more", |page| {
            Ok(page.count("[data-instance^='web/']")? == before + 1)
        })
    };
    remove_instance_removes_it: "remove-instance" at "#step=balancing-algorithm" => |page| {
        open_inspector(page, "web")?;
        page.click("[data-control=remove-instance][data-of='web/2']")?;
        page.until("it can be removed no more", |page| {
            Ok(!page.exists("[data-control=remove-instance][data-of='web/2']")?)
        })
    };
    build_next_builds_it_here: "build-next" at "#step=bigger-server" => |page| {
        page.click("[data-control=build-next]")?;
        page.until("it is built", |page| page.exists("[data-component=lb]"))
    };
    take_back_takes_it_out_again: "take-back" at "#step=bigger-server" => |page| {
        page.click("[data-control=build-next]")?;
        page.until("it is built", |page| page.exists("[data-component=lb]"))?;
        page.click("[data-control=take-back]")?;
        page.until("it is gone", |page| Ok(!page.exists("[data-component=lb]")?))
    };
    add_part_adds_it: "add-part" at "#step=bigger-server" => |page| {
        open_panel(page, "inspector")?;
        page.click("[data-control=add-part][data-of^='Load balancer']")?;
        page.until("it is there", |page| page.exists("[data-component=lb]"))
    };
    take_out_takes_it_out: "take-out" at "#step=cache" => |page| {
        open_inspector(page, "lb")?;
        page.click("[data-control=take-out]")?;
        page.until("it is gone", |page| Ok(!page.exists("[data-component=lb]")?))
    };
    diagram_is_checked_in_camera: "diagram" at "" => |page| {
        assert!(page.exists("[data-control=diagram][tabindex='0']")?);
        Ok(())
    };
    zoom_in_comes_nearer: "zoom-in" at "" => |page| {
        page.click("[data-control=zoom-in]")?;
        page.until("it is near", |page| page.exists(".diagram.near"))
    };
    zoom_out_goes_away_again: "zoom-out" at "" => |page| {
        page.click("[data-control=zoom-in]")?;
        page.click("[data-control=zoom-out]")?;
        page.until("all is seen", |page| Ok(!page.exists(".diagram.near")?))
    };
    zoom_fit_shows_all: "zoom-fit" at "" => |page| {
        page.click("[data-control=zoom-in]")?;
        page.click("[data-control=zoom-in]")?;
        page.click("[data-control=zoom-fit]")?;
        page.until("all is seen", |page| Ok(!page.exists(".diagram.near")?))
    };
    share_opens_the_link: "share" at "" => |page| {
        page.click("[data-control=share]")?;
        page.until("the dialog is open", |page| page.exists("[data-testid=share-dialog]"))
    };
    copy_link_copies_it: "copy-link" at "" => |page| {
        let link = shared_link(page)?;
        page.click("[data-control=copy-link]")?;
        copied(page, &link)
    };
    at_moment_puts_the_moment_into_the_link: "at-moment" at "" => |page| {
        page.figure_becoming("[data-testid=clock]", "past 2 s", |clock| clock > 2.0)?;
        let link = changed_link(page, "at-moment")?;
        page.session().open("about:blank")?;
        page.session().open(&link)?;
        page.until("it opens there, paused", |page| {
            Ok(page.exists("[data-playing=false]")?
                && page.figure("[data-testid=clock]").is_ok_and(|clock| clock > 1.9))
        })
    };
    read_only_link_cannot_be_edited: "read-only" at "" => |page| {
        let link = changed_link(page, "read-only")?;
        page.session().open("about:blank")?;
        page.session().open(&link)?;
        page.until("the page runs", |page| page.exists("[data-engine=ready]"))?;
        assert!(!page.exists("[data-control=undo]")?);
        assert!(page.exists("[data-control=traffic][disabled]")?);
        Ok(())
    };
    frame_embeds_the_link: "frame" at "" => |page| {
        page.click("[data-control=share]")?;
        page.until("the frame is there", |page| page.exists("[data-control=frame]"))?;
        assert!(page.value("[data-control=frame]")?.starts_with("<iframe src=\"http"));
        Ok(())
    };
    copy_frame_copies_it: "copy-frame" at "" => |page| {
        page.click("[data-control=share]")?;
        page.until("the frame is there", |page| page.exists("[data-control=frame]"))?;
        let frame = page.value("[data-control=frame]")?;
        page.click("[data-control=copy-frame]")?;
        copied(page, &frame)
    };
    save_file_saves_the_document: "save-file" at "#step=cache" => |page| {
        let document = saved(page, "save")?;
        assert_eq!(document["version"], json!(1));
        assert!(document["design"]["components"].is_array());
        Ok(())
    };
    open_file_opens_a_document: "open-file" at "#step=cache" => |page| {
        let mut document = saved(page, "open")?;
        document["seed"] = json!(99);
        opened(page, "open", &document)?;
        page.until("its seed is there", |page| Ok(page.value("[data-control=seed]")? == "99"))
    };
    start_leads_from_a_bad_link_to_the_first_step: "start" at "#s1=broken" => |page| {
        page.click("[data-control=start]")?;
        step_is(page, "one-server")
    };
    go_on_leads_from_a_bad_link_back_to_the_design: "go-on" at "#step=cache" => |page| {
        // A page that is just opening may not listen yet: it is told again.
        let told = "location.hash = '#step=cahce'; window.dispatchEvent(new Event('hashchange'))";
        page.until("it is explained", |page| {
            page.session().run(told, &json!([]))?;
            page.exists("[data-testid=unopened-reason]")
        })?;
        assert!(page.text("[data-testid=unopened-reason]")?.contains("did you mean cache?"));
        page.click("[data-control=go-on]")?;
        page.until("the dialog is closed", |page| Ok(!page.exists("dialog[open]")?))?;
        step_is(page, "cache")
    };
    fragment_of_a_bad_link_can_be_copied: "fragment" at "#s1=broken" => |page| {
        page.until("it is shown", |page| page.exists("[data-control=fragment]"))?;
        assert!(page.value("[data-control=fragment]")?.contains("s1=broken"));
        Ok(())
    };
    ring_chooses_which_one_is_shown: "ring" at "#step=cache" => |page| {
        open_panel(page, "ring")?;
        page.until("there are two", |page| Ok(page.count("[data-control=ring]")? > 1))?;
        let other = "[data-control=ring][aria-pressed=false]";
        let name = page.attribute(other, "data-of")?;
        page.click(other)?;
        page.until("the other is shown", |page| {
            page.exists(&format!("[data-control=ring][data-of='{name}'][aria-pressed=true]"))
        })
    };
    ring_node_is_emphasised_by_focus: "ring-node" at "#step=hash-ring" => |page| {
        open_panel(page, "ring")?;
        page.until("the shares are drawn", |page| page.exists("[data-control=ring-node]"))?;
        page.session().run("document.querySelector('[data-control=ring-node]').focus()", &json!([]))?;
        page.until("it is emphasised", |page| page.exists(".share.on[data-control=ring-node]"))
    };
    follow_request_opens_its_trace: "follow-request" at "#step=hash-ring" => |page| {
        open_panel(page, "ring")?;
        page.click("[data-control=follow-request]")?;
        page.until("the trace is open", |page| {
            page.exists("[data-control=panel][data-of=trace][aria-selected=true]")
        })
    };
    queue_leads_to_its_part: "queue" at "#step=load-balancer" => |page| {
        open_panel(page, "queues")?;
        page.click("[data-control=queue]")?;
        page.until("it is inspected", |page| {
            page.exists("[data-control=panel][data-of=inspector][aria-selected=true]")
        })
    };
    copy_leads_to_itself: "copy" at "#step=replication" => |page| {
        open_panel(page, "data")?;
        page.click("[data-control=copy][data-of='db/2']")?;
        page.until("it is marked on the diagram", |page| {
            page.exists("[data-instance='db/2'][aria-pressed=true]")
        })
    };
    cut_off_cuts_a_copy_off: "cut-off" at "#step=replication" => |page| {
        open_inspector(page, "db")?;
        page.click("[data-control=cut-off][data-of='db/2']")?;
        page.until("it says so", |page| {
            Ok(page.attribute("[data-instance='db/2']", "aria-label")?.contains("cut off"))
        })?;
        page.until("its log is drawn cut", |page| page.exists(".log-cross"))
    };
    promote_makes_a_replica_the_primary: "promote" at "#step=replication" => |page| {
        open_inspector(page, "db")?;
        page.click("[data-control=promote][data-of='db/3']")?;
        page.until("it is the primary", |page| {
            Ok(page.attribute("[data-instance='db/3']", "aria-label")?.contains("primary"))
        })
    };
    requests_by_puts_others_first: "requests-by" at "" => |page| {
        open_panel(page, "trace")?;
        let other = "[data-control=requests-by][aria-pressed=false]";
        page.until("there is another order", |page| page.exists(other))?;
        let name = page.attribute(other, "data-of")?;
        page.click(other)?;
        page.until("it is chosen", |page| {
            page.exists(&format!("[data-control=requests-by][data-of='{name}'][aria-pressed=true]"))
        })
    };
    a_request_opens_its_trace: "request" at "" => |page| {
        open_trace(page)?;
        page.until("its way is drawn", |page| page.exists("[data-control=span-place]"))
    };
    span_place_leads_to_its_part: "span-place" at "" => |page| {
        open_trace(page)?;
        page.click("[data-control=span-place]")?;
        page.until("its part is selected", |page| {
            page.exists("[data-testid=diagram] [aria-pressed=true]")
        })
    };
    history_reaches_further_back: "history" at "" => |page| {
        let other = "[data-control=history][aria-pressed=false]";
        page.until("there is another reach", |page| page.exists(other))?;
        let name = page.attribute(other, "data-of")?;
        page.click(other)?;
        page.until("it is chosen", |page| {
            page.exists(&format!("[data-control=history][data-of='{name}'][aria-pressed=true]"))
        })
    };
    chart_is_read_out_by_key: "chart" at "" => |page| {
        page.figure_becoming("[data-testid=clock]", "past 4 s", |clock| clock > 4.0)?;
        page.pause()?;
        page.session().run("document.querySelector('[data-control=chart]').focus()", &json!([]))?;
        page.session().press(&key::HOME.to_string())?;
        page.until("the first figure is read", |page| {
            Ok(page.attribute("[data-control=chart]", "aria-valuenow")? == "0")
        })
    };
}

/// Opens the menu of the link from the balancer to its servers, and chooses from it.
fn of_link(page: &Page, control: &str) -> Outcome {
    open_link_menu(page)?;
    page.choose(control)
}

fn open_link_menu(page: &Page) -> Outcome {
    let link = "g[data-control=link][data-of=lb-web]";
    page.until("the wires are drawn", |page| page.exists(link))?;
    let focus = "document.querySelector(arguments[0]).focus()";
    page.session().run(focus, &json!([link]))?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("its menu is open", |page| {
        page.exists("[data-testid=link-menu]")
    })
}

/// Waits until the link is named with what is wrong with it.
fn said_of_link(page: &Page, words: &str) -> Outcome {
    page.until("it is said", |page| {
        let label = page.attribute("g[data-control=link][data-of=lb-web]", "aria-label")?;
        Ok(label.contains(&format!(", {words}")))
    })
}

fn step_is(page: &Page, name: &str) -> Outcome {
    page.until(&format!("the step is {name}"), |page| {
        Ok(page.attribute("[data-step]", "data-step")? == name)
    })
}

fn edit_rate(page: &Page, rate: &str) -> Outcome {
    page.set("[data-control=rate]", rate)?;
    page.until("the edit is taken", |page| {
        Ok(page.value("[data-control=rate]")? == rate
            && !page.exists("[data-control=undo][disabled]")?)
    })
}

/// Simulated seconds that pass in half a second.
fn clock_moves(page: &Page) -> Outcome<f64> {
    let before = page.figure("[data-testid=clock]")?;
    std::thread::sleep(std::time::Duration::from_millis(500));
    Ok(page.figure("[data-testid=clock]")? - before)
}

/// Waits until so many requests a second are served.
fn served(page: &Page, least: f64, most: f64) -> Outcome {
    page.figure_becoming(
        "[data-testid=figure-completed-rps]",
        &format!("between {least} and {most}"),
        |rps| (least..most).contains(&rps),
    )
    .map(drop)
}

fn open_panel(page: &Page, panel: &str) -> Outcome {
    page.click(&format!("[data-control=panel][data-of={panel}]"))
}

fn open_inspector(page: &Page, component: &str) -> Outcome {
    open_panel(page, "inspector")?;
    page.click(&format!("[data-control=inspect][data-of={component}]"))
}

fn open_trace(page: &Page) -> Outcome {
    open_panel(page, "trace")?;
    page.until("requests have ended", |page| {
        page.exists("[data-control=request]")
    })?;
    // The list moves on while time passes.
    page.pause()?;
    page.click("[data-control=request]")
}

fn shared_link(page: &Page) -> Outcome<String> {
    page.click("[data-control=share]")?;
    page.until("the link is there", |page| {
        page.exists("dialog [data-control=link]")
    })?;
    page.value("dialog [data-control=link]")
}

/// The link after an option of the share dialog was ticked.
fn changed_link(page: &Page, option: &str) -> Outcome<String> {
    let before = shared_link(page)?;
    page.click(&format!("[data-control={option}]"))?;
    page.until("the link changed", |page| {
        Ok(page.value("dialog [data-control=link]")? != before)
    })?;
    page.value("dialog [data-control=link]")
}

/// The clipboard holds the text.
fn copied(page: &Page, text: &str) -> Outcome {
    page.session().devtools(
        "Browser.grantPermissions",
        json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
    )?;
    page.until("the clipboard holds it", |page| {
        let held = page
            .session()
            .run_async("return await navigator.clipboard.readText()", &json!([]))?;
        Ok(held == json!(text))
    })
}

/// The document as it is saved to a file; `folder` keeps tests out of each other's way.
fn saved(page: &Page, folder: &str) -> Outcome<Value> {
    let folder = env::temp_dir().join(format!("headroom-{folder}-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    page.session().devtools(
        "Browser.setDownloadBehavior",
        json!({ "behavior": "allow", "downloadPath": folder }),
    )?;
    page.click("[data-control=share]")?;
    page.click("[data-control=save-file]")?;
    let mut document = None;
    page.until("the file is there", |_| {
        let file = fs::read_dir(&folder)?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            });
        Ok(file.is_some())
    })?;
    for entry in fs::read_dir(&folder)? {
        document = serde_json::from_slice(&fs::read(entry?.path())?).ok();
    }
    fs::remove_dir_all(&folder)?;
    document.ok_or_else(|| headroom_e2e::Failure::new("the file is not JSON"))
}

/// Opens a document as a file, from the share dialog.
fn opened(page: &Page, name: &str, document: &Value) -> Outcome {
    let path = env::temp_dir().join(format!("headroom-{name}-{}.json", std::process::id()));
    fs::write(&path, document.to_string())?;
    page.session()
        .type_into("[data-control=open-file]", &path.to_string_lossy())?;
    page.until("the dialog is closed", |page| {
        Ok(!page.exists("dialog[open]")?)
    })?;
    fs::remove_file(path).map_err(Into::into)
}

/// What can be operated: by its element or by its role.
const OPERABLE: &str = "button, a[href], input, select, textarea, summary, [role=button], \
    [role=slider], [role=tab], [role=menuitem], [role=switch], [data-control]";

/// Names of all controls on the page; one without a name gives its own markup.
fn controls(page: &Page) -> Outcome<BTreeSet<String>> {
    let found = page.session().run(
        "return [...document.querySelectorAll(arguments[0])].map((control) =>\
           control.dataset.control ?? control.outerHTML.slice(0, 160))",
        &json!([OPERABLE]),
    )?;
    Ok(found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

#[test]
fn every_control_in_every_state_has_a_row() -> Outcome {
    let mut found = BTreeSet::new();
    for step in [
        "one-server",
        "bigger-server",
        "hash-ring",
        "replication",
        "cache",
    ] {
        let page = fixture::page(&format!("#step={step}"), Look::DESK)?;
        page.figure_becoming("[data-testid=clock]", "past 2 s", |clock| clock > 2.0)?;
        for panel in ["figures", "ring", "queues", "data", "trace", "inspector"] {
            open_panel(&page, panel)?;
            page.until("the panel is open", |page| {
                page.exists(&format!("[data-of={panel}][aria-selected=true]"))
            })?;
            // What a panel shows comes with the next figures.
            std::thread::sleep(std::time::Duration::from_millis(600));
            found.extend(controls(&page)?);
        }
        for place in 1..=page.count("[data-control=inspect]")? {
            page.click(&format!("[data-control=inspect]:nth-of-type({place})"))?;
            found.extend(controls(&page)?);
        }
        open_trace(&page)?;
        page.until("its way is drawn", |page| {
            page.exists("[data-control=span-place]")
        })?;
        found.extend(controls(&page)?);
        page.session().run(
            "document.querySelector(\"[data-instance='web/1']\").focus()",
            &json!([]),
        )?;
        page.session().press(&key::ENTER.to_string())?;
        page.until("its menu is open", |page| {
            page.exists("[data-testid=instance-menu]")
        })?;
        found.extend(controls(&page)?);
        if page.exists("g[data-control=link][data-of=lb-web]")? {
            of_link(&page, "cut")?;
            said_of_link(&page, "cut")?;
            open_link_menu(&page)?;
            found.extend(controls(&page)?);
        }
        page.click("[data-control=share]")?;
        page.until("the dialog is open", |page| page.exists("dialog[open]"))?;
        found.extend(controls(&page)?);
    }
    let bad = fixture::page("#s1=broken", Look::DESK)?;
    bad.until("it is explained", |page| {
        page.exists("[data-testid=unopened-reason]")
    })?;
    found.extend(controls(&bad)?);
    let checked: BTreeSet<String> = CHECKED
        .iter()
        .chain(&[PARAMETER])
        .map(|name| (*name).to_owned())
        .collect();
    let unchecked: Vec<_> = found.difference(&checked).collect();
    assert!(unchecked.is_empty(), "no row checks {unchecked:#?}");
    Ok(())
}
