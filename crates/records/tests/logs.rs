//! Logs as tools write them: what is taken, from which line, and what is said about it.

use oddsift_records::{BadRows, Batch, Error, ReadOptions, Reader};

struct Read {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    lines: Vec<u64>,
    format: String,
    warnings: Vec<String>,
}

impl Read {
    fn cell(&self, row: usize, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column).expect(column);
        self.rows[row].get(at).map_or("", String::as_str)
    }
}

/// Missing values are empty here.
fn read_with(name: &str, text: &str, options: ReadOptions) -> Result<Read, Error> {
    let mut reader = Reader::new(name, std::io::Cursor::new(text.to_owned()), options)?;
    let (mut batch, mut rows, mut lines) = (Batch::new(), Vec::new(), Vec::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            rows.push((0..batch.columns().len()).map(text).collect());
            lines.push(oddsift_records::Record::line(&row));
        }
    }
    let summary = reader.summary();
    Ok(Read {
        columns: reader.columns().to_vec(),
        rows,
        lines,
        format: summary.format().unwrap_or_default().to_owned(),
        warnings: summary.warnings(name),
    })
}

fn read(name: &str, text: &str) -> Read {
    read_with(name, text, ReadOptions::new()).expect(name)
}

const DNS: &str = "#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tdns
#open\t2024-05-06-07-00-00
#fields\tts\tuid\tquery\tanswers\tTTLs
#types\ttime\tstring\tstring\tvector[string]\tvector[interval]
1714978800.417361\tCa\t\\x2d\ta\\x2cb,c\t60.000000,-
1714978801.417361\tCb\texample\\x09.test\t(empty)\t-
#close\t2024-05-06-08-00-00
";

#[test]
fn zeek_log_is_known_by_its_content_under_any_name() {
    for name in ["dns.log", "<stdin>", "dns.csv", "dns.tsv", "dns.json", "dns.log.gz"] {
        let log = read(name, DNS);
        assert_eq!(log.format, "Zeek log (dns)");
        assert_eq!(log.columns, ["ts", "uid", "query", "answers", "TTLs"]);
        assert_eq!(log.rows[0], ["1714978800.417361", "Ca", "-", "a\\x2cb,c", "60.000000,-"]);
        assert_eq!(log.rows[1], ["1714978801.417361", "Cb", "example\t.test", "", ""]);
        assert_eq!((log.lines, log.warnings.len()), (vec![9, 10], 0));
    }
}

#[test]
fn joined_zeek_logs_go_on_and_unite_by_name() {
    let conn = DNS.replace("dns", "conn").replace("query\tanswers", "answers\tservice");
    let log = read("all.log", &[DNS, DNS, &conn].concat());
    assert_eq!(log.format, "Zeek log (dns, conn)");
    assert_eq!(log.columns, ["ts", "uid", "query", "answers", "TTLs", "service"]);
    assert_eq!((log.rows.len(), log.lines[5]), (6, 32));
    assert_eq!((log.cell(4, "query"), log.cell(4, "answers")), ("", "-"));
    assert_eq!((log.cell(0, "service"), log.cell(4, "service")), ("", "a\\x2cb,c"));
}

#[test]
fn iis_log_is_read_over_a_restart() {
    let log = read(
        "u_ex240506.log",
        "#Software: Microsoft Internet Information Services 10.0\r
#Version: 1.0\r
#Date: 2024-05-06 07:00:00\r
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs(User-Agent) sc-status\r
2024-05-06 07:00:00 10.0.0.1 GET /a q=\"x+y Mozilla/5.0+(X11) 200\r
2024-05-06 07:00:01 10.0.0.1 POST /b - - 500\r
#Software: Microsoft Internet Information Services 10.0\r
#Date: 2024-05-06 08:00:00\r
#Fields: date time cs-method cs-uri-stem sc-status time-taken\r
2024-05-06 08:00:00 GET /c 404 15\r
",
    );
    assert_eq!(log.format, "W3C extended log (Microsoft Internet Information Services 10.0)");
    assert_eq!(log.cell(0, "cs-uri-query"), "q=\"x+y");
    assert_eq!((log.cell(1, "cs(User-Agent)"), log.cell(1, "sc-status")), ("", "500"));
    assert_eq!((log.cell(2, "s-ip"), log.cell(2, "time-taken")), ("", "15"));
    assert_eq!(log.lines, [5, 6, 10]);
}

#[test]
fn other_tools_write_w3c_logs_in_their_own_ways() {
    let proxy = "#Software: SGOS 6.7\n#Version: 1.0\n#Fields: time c-ip cs(User-Agent) cs-categories\n\
                 07:00:00 10.0.0.9 \"Mozilla/5.0 (X11; \"\"x\"\")\" \"none\"\n";
    let log = read("main.log", proxy);
    assert_eq!(log.cell(0, "cs(User-Agent)"), "Mozilla/5.0 (X11; \"x\")");

    let firewall = "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n\
                    #Fields: date time action protocol src-ip path\n\n\
                    2024-05-06 07:00:00 ALLOW TCP 10.0.0.7 SEND\n";
    assert_eq!(read("pfirewall.log", firewall).cell(0, "src-ip"), "10.0.0.7");

    let exchange = "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n\
                    #Log-type: Message Tracking Log\n#Fields: date-time,client-ip,message-subject\n\
                    2024-05-06T07:00:00.000Z,,\"Hello, world\"\n";
    let log = read("MSGTRK.LOG", exchange);
    assert_eq!((log.cell(0, "client-ip"), log.cell(0, "message-subject")), ("", "Hello, world"));

    let front = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes\n\
                 2024-05-06\t07:00:00\tFRA2 C1\t-\n";
    let log = read("E2.gz", front);
    assert_eq!((log.cell(0, "x-edge-location"), log.cell(0, "sc-bytes")), ("FRA2 C1", ""));
}

#[test]
fn bad_line_of_a_log_is_skipped_and_counted() {
    let text = DNS.replace("Cb\t", "Cb ") + &"x".repeat(2000) + "\n" + &DNS["#separator".len()..];
    let text = text.replacen("\n \\x09\n", "\n#separator \\x09\n", 1);
    let options = ReadOptions::new().bad_rows(BadRows::Skip).max_record(1000);
    let log = read_with("dns.log", &text, options).expect("reads");
    assert_eq!(log.lines, [9, 21, 22]);
    let expected = "dns.log:10: 2 rows skipped, the first: expected 5 fields, found 4";
    assert_eq!(log.warnings, [expected]);
}

#[test]
fn event_viewer_and_shell_exports_of_several_days_are_read() {
    let day = "\u{feff}Level,Date and Time,Source,Event ID,Task Category\r
Information,5/6/2024 7:00:00 AM,Sysmon,1,Process Create,\"Process Create:\r\nImage: a.exe\"\r
Information,5/6/2024 7:00:01 AM,Sysmon,3,Network,\"Network connection:\r\nImage: b.exe\"\r
";
    let log = read("events.csv", &day.repeat(2));
    assert_eq!(log.columns[5], "column 6");
    assert_eq!(log.cell(3, "column 6"), "Network connection:\r\nImage: b.exe");
    assert_eq!(
        log.warnings,
        [
            "events.csv:1:6: 1 column has no name: column 6",
            "events.csv:6: 1 repeated header line skipped, the first at line 6",
        ]
    );
    let day = "#TYPE System.Diagnostics.Process\r\n\"Name\";\"Id\"\r\n\"a\";\"1\"\r\n";
    let log = read("processes.csv", &day.repeat(2));
    assert_eq!(
        (log.rows.len(), log.cell(1, "Id"), &*log.format),
        (2, "1", "CSV, separated by \";\"")
    );
    assert!(log.warnings[2].contains("2 repeated header lines"), "{:?}", log.warnings);
}
