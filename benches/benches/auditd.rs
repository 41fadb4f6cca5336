//! Audit logs to events, in bytes a second, beside counting the lines of the same bytes.

use std::{hint::black_box, ops::ControlFlow};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oddsift::auditd::{
    ClusterOptions, Event, Options, ProcessEvent, cluster_auditd_processes, for_each_event, msticpy,
};
use oddsift_benches::audit_log;

/// About 8 MB, more than the inner caches hold.
const N_SAMPLES: u64 = 32;

fn read(log: &[u8], mut take: impl FnMut(&Event)) -> u64 {
    let take = |event: &Event| {
        take(event);
        ControlFlow::Continue(())
    };
    for_each_event(log, Options::new(), take).map_or(0, |summary| summary.events)
}

fn reading(c: &mut Criterion) {
    let log = audit_log::samples(N_SAMPLES);
    let mut group = c.benchmark_group("auditd");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("count-lines", |b| {
        b.iter(|| memchr::memchr_iter(b'\n', black_box(&log)).count());
    });
    group.bench_function("events", |b| b.iter(|| read(black_box(&log), |_| {})));
    group.bench_function("typed", |b| {
        b.iter(|| {
            read(black_box(&log), |event| {
                event.records().for_each(|record| drop(black_box(record.typed())));
            })
        });
    });
    group.bench_function("rows", |b| {
        b.iter(|| read(black_box(&log), |event| drop(black_box(event.row()))));
    });
    group.bench_function("processes", |b| {
        b.iter(|| read(black_box(&log), |event| drop(black_box(event.process()))));
    });
    group.bench_function("as-msticpy", |b| {
        b.iter(|| msticpy::read(black_box(&log[..]), Options::new()).map_or(0, |it| it.0.len()));
    });
    group.finish();
}

fn clustering(c: &mut Criterion) {
    let mut processes: Vec<ProcessEvent> = Vec::new();
    read(&audit_log::samples(N_SAMPLES), |event| processes.extend(event.process()));
    let mut group = c.benchmark_group("auditd");
    group.throughput(Throughput::Elements(processes.len() as u64));
    group.bench_function("cluster", |b| {
        b.iter(|| cluster_auditd_processes(black_box(&processes), &ClusterOptions::new()));
    });
    group.finish();
}

criterion_group!(benches, reading, clustering);
criterion_main!(benches);
