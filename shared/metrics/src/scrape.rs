//! The numbers of one scrape, as their sources write them.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

/// Takes the numbers of one scrape.
///
/// Names follow Prometheus' conventions: `snake_case` with the unit at the end (`_bytes`, `_seconds`). A counter's name is given without its
/// `_total`, which is added.
pub struct Scrape<'a>(DescriptorEncoder<'a>);

impl Scrape<'_> {
    /// A number that only grows.
    ///
    /// # Errors
    /// The text cannot be written.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.one(name, help, &ConstCounter::new(value))
    }

    /// Numbers that only grow, one for each value of `label`.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn counters<'v>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'v str, u64)>,
    ) -> fmt::Result {
        self.labelled_counters(name, help, values.into_iter().map(|(word, value)| ([(label, word)], value)))
    }

    /// Numbers that only grow, one for each set of labels.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn labelled_counters<'v, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'v str, &'v str); N], u64)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Counter, values.into_iter().map(|(labels, value)| (labels, ConstCounter::new(value))))
    }

    /// A number that grows and shrinks.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.one(name, help, &ConstGauge::new(value))
    }

    /// A number with a fraction that grows and shrinks.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn fraction(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.one(name, help, &ConstGauge::new(value))
    }

    /// A number with a fraction that only grows, such as seconds of work.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn fraction_counter(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.one(name, help, &ConstCounter::new(value))
    }

    /// Numbers that grow and shrink, one for each set of labels.
    ///
    /// # Errors
    /// As [`counter`](Self::counter).
    pub fn labelled_gauges<'v, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'v str, &'v str); N], u64)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Gauge, values.into_iter().map(|(labels, value)| (labels, ConstGauge::new(value))))
    }

    fn one(&mut self, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }

    fn family<'v, M: EncodeMetric, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        values: impl Iterator<Item = ([(&'v str, &'v str); N], M)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, metric) in values {
            metric.encode(encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// A closure as a source of prometheus-client.
pub(crate) struct Source<F>(pub(crate) F);

impl<F> fmt::Debug for Source<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl<F: Fn(&mut Scrape<'_>) -> fmt::Result + Send + Sync + 'static> Collector for Source<F> {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0(&mut Scrape(encoder))
    }
}
