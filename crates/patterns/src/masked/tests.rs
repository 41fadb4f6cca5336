use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(masked(text), expected, "{text}");
    assert_eq!(masked(expected), expected, "masked again");
}

#[test]
fn words_are_folded_and_blanks_collapsed() {
    check("", "");
    check(" \t ", "");
    check("  Net.exe \t User\n", "net.exe user");
    check("Ä É", "Ä É");
}

#[test]
fn numbers_are_masked_inside_of_words_too() {
    check("file27.txt", "file<num>.txt");
    check("tmp12ab 0 -p:4711", "tmp<num>ab <num> -p:<num>");
    check("éx1é", "éx<num>é");
    check("٣", "٣");
}

#[test]
fn numbers_of_architectures_stay() {
    let kept = r"c:\windows\system32\rundll32.exe wow64 x64 x86 amd64 utf16";
    check(kept, kept);
    check("win32calc x6 x646 64 é86", "win<num>calc x<num> x<num> <num> é<num>");
    // Lest the letters and the number are hex.
    check("zz12abcde86", "zz<num>abcde<num>");
}

#[test]
fn hex_has_a_prefix_or_is_long() {
    check("0x0 0xFFFFFFFF 0xg", "<hex> <hex> <num>xg");
    check("81ed03caf6901e444c72ac67d192fb9c e43d683", "<hex> <num>");
    check("deadbeef dc0001 a1 12345678", "deadbeef <num> <num> <num>");
    check("x_31bf3856ad364e35_10", "x_<hex>_<num>");
}

#[test]
fn forms_are_masked_as_a_whole() {
    check("{D57BA872-53C0-424D-80AE-E49112D1CF04}", "{<guid>}");
    check(
        "ping 10.0.0.7. 127.0.0.1:80 10.0.0.300",
        "ping <ip>. <ip>:<num> <num>.<num>.<num>.<num>",
    );
    check("[fe80::1]:80 2001:db8:0:0:8:800:200C:417A", "[<ip>]:<num> <ip>");
    check("00:1a:2B:3c:4d:5e 00-1A-2b-3c-4d-5e", "<mac> <mac>");
    check("s-1-5-21-1-2-3-500 S-1-5-18 S-1-5-32-544", "<sid> s-1-5-18 s-1-5-32-544");
}

#[test]
fn neighbours_of_forms_are_none() {
    check("1.2.3.4.5", "<num>.<num>.<num>.<num>.<num>");
    check("10.0.0.1x", "<num>.<num>.<num>.<num>x");
    check("face::bad std::fs a:1", "face::bad std::fs a:<num>");
    check("S-1-5-18x S-1 s-", "s-<num>-<num>-<num>x s-<num> s-");
}

#[test]
fn times_are_masked() {
    check("2024-03-04 12:34:56", "<time> <time>");
    check("2024-03-04T12:00:00.123Z 2024-03-04t12:00:00+02:00", "<time> <time>");
    check("log-2024-03-04.txt 2024-33-04", "log-<time>.txt <num>-<num>-<num>");
}

#[test]
fn base64_is_masked_and_paths_and_names_are_not() {
    check(
        "powershell -enc JAB0ACAAPQAgACcAZABpAHIAJwA7AA0ACgAmACAAKAAnAEkAbgB2AG8A==",
        "powershell -enc <base64>",
    );
    check("echo aHR0cHM6Ly9leGFtcGxlLnRlc3QvYT9iPWMmZD1lZjEyMzQ1Ng== x", "echo <base64> x");
    check("q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83v+SNFZ/mrze8BI0VniQ=", "<base64>");
    let path = "/Applications/Utilities/DiskUtility.app/Contents/MacOS/DiskUtilityHelperTool";
    check(path, &path.to_lowercase());
    let name = "LocalServiceNetworkRestrictedAccessControlManagerHost";
    check(name, &name.to_lowercase());
}

#[test]
fn random_words_are_masked_and_names_are_not() {
    check("sdopfjiowtbkjfnbeioruj.exe k3j9x2m1q8w7e6r5", "<random>.exe <random>");
    check("kHq7Zt2mPx9LwB4v", "<random>");
    for name in [
        "backgroundtransferhost",
        "microsoftedgeupdate",
        "unistacksvcgroup",
        "xmlhttprequest",
        "localservicenetworkrestricted",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        check(name, name);
    }
    check("windows10update kb4012212x", "windows<num>update kb<num>x");
}

#[test]
fn users_are_masked_where_their_directory_is() {
    check(r"C:\Users\Bob\a C:\\Users\\bob", r"c:\users\<user>\a c:\\users\\<user>");
    check(r#""C:\Users\John Q Smith\a" /home/bob /x"#, r#""c:\users\<user>\a" /home/<user> /x"#);
    check(r"\Documents  and Settings\bob12", r"\documents and settings\<user>");
    check(r"\users\bob & a\b \users\müller", r"\users\<user> & a\b \users\<user>");
    let kept = r"\users\public\a \users\all users\a \users\%username% users\bob \users\";
    check(kept, kept);
}

#[test]
fn queries_of_urls_are_masked() {
    check(
        "HTTPS://h.test/a1?b=1&c#d 'http://h?x'",
        "https://h.test/<num>?<query> 'http://h?<query>'",
    );
    check("http://h/?a?b http://h? ftp://h?x", "http://h/?<query> http://h? ftp://h?x");
}

#[test]
fn long_runs_take_linear_space() {
    for piece in [
        r"\users\",
        r"\users\\",
        "http://",
        "1",
        "1.",
        "a:",
        "f:",
        "a/",
        "A+b1/",
        "aa-",
        "s-1-",
        " ",
        "é1",
    ] {
        let text = piece.repeat(100_000);
        assert!(masked(&text).len() <= 5 * text.len(), "{piece}");
    }
}
