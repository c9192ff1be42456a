internal import HTTPServer
package import Metrics
internal import POSIX

/// Writes what a scrape is answered with.
package enum MetricsReport {
    /// All families of the table, but for those of which there is nothing to tell. Takes some
    /// hundred microseconds, so it is not for a reactor that answers predictions.
    ///
    /// - Parameter metrics: the sum over all reactors.
    package static func render(
        _ metrics: ServiceMetrics, _ facts: ServiceFacts, format: ExpositionFormat
    ) -> [UInt8] {
        var writer = MetricsWriter(format)
        writeRequests(metrics, facts, to: &writer)
        writePredictions(metrics, to: &writer)
        writeRedis(metrics, facts, to: &writer)
        writeModel(facts, to: &writer)
        writeAudit(facts, to: &writer)
        writeProcess(facts, to: &writer)
        return writer.finish()
    }

    private static func writeRequests(
        _ metrics: ServiceMetrics, _ facts: ServiceFacts, to writer: inout MetricsWriter
    ) {
        writer.begin(MetricTable.requestDuration)
        metrics.requests.write(to: &writer)
        writer.begin(MetricTable.activeRequests)
        writer.sample(natural(metrics.activeRequests))
        writer.begin(MetricTable.connections)
        var listeners = [("public", facts.publicConnections)]
        if let figures = facts.operationsConnections { listeners.append(("operations", figures)) }
        for (listener, figures) in listeners { writer.sample(natural(figures.open), [listener]) }
        writer.begin(MetricTable.droppedConnections)
        for (listener, figures) in listeners {
            writer.sample(natural(figures.displaced), [listener, "displaced"])
            writer.sample(natural(figures.overShare), [listener, "address_share"])
        }
    }

    private static func writePredictions(
        _ metrics: ServiceMetrics, to writer: inout MetricsWriter
    ) {
        writer.begin(MetricTable.predictions)
        metrics.predictions.write(to: &writer)
        writer.begin(MetricTable.probability)
        writer.histogram(metrics.probabilities)
        writer.begin(MetricTable.tokens)
        write(metrics.tokens, to: &writer)
        writer.begin(MetricTable.quota)
        write(metrics.quota, to: &writer)
        writer.begin(MetricTable.validationErrors)
        metrics.fields.write(to: &writer)
        writer.begin(MetricTable.outOfRange)
        metrics.outOfRange.writeKnown(to: &writer)
    }

    private static func writeRedis(
        _ metrics: ServiceMetrics, _ facts: ServiceFacts, to writer: inout MetricsWriter
    ) {
        guard let isUp = facts.isRedisUp else { return }
        writer.begin(MetricTable.redisUp)
        writer.sample(isUp ? 1 : 0 as UInt64)
        writer.begin(MetricTable.redisDuration)
        writer.histogram(metrics.redisDurations)
        writer.begin(MetricTable.redisErrors)
        write(metrics.redisFailures, to: &writer)
    }

    private static func writeModel(_ facts: ServiceFacts, to writer: inout MetricsWriter) {
        writer.begin(MetricTable.modelInfo)
        if let model = facts.model { writer.info([model.version, model.sha256]) }
        writer.begin(MetricTable.modelReloads)
        write(facts.reloads, to: &writer)
    }

    private static func writeAudit(_ facts: ServiceFacts, to writer: inout MetricsWriter) {
        guard let audit = facts.audit else { return }
        writer.begin(MetricTable.auditUp)
        writer.sample(audit.isUp ? 1 : 0 as UInt64)
        writer.begin(MetricTable.auditRecords)
        writer.sample(audit.records)
        writer.begin(MetricTable.auditBytes)
        writer.sample(audit.bytes)
        writer.begin(MetricTable.auditFailures)
        writer.sample(audit.failures)
    }

    private static func writeProcess(_ facts: ServiceFacts, to writer: inout MetricsWriter) {
        writer.begin(MetricTable.buildInfo)
        writer.info([facts.version])
        writer.begin(MetricTable.droppedLogLines)
        writer.sample(facts.droppedLogLines)
        writer.begin(MetricTable.lostLogLines)
        writer.sample(facts.lostLogLines)
        let process = facts.process
        writer.begin(MetricTable.cpuTime)
        if let seconds = process.cpuSeconds { writer.sample(seconds) }
        writer.begin(MetricTable.residentMemory)
        if let bytes = process.residentBytes { writer.sample(bytes) }
        writer.begin(MetricTable.virtualMemory)
        if let bytes = process.virtualBytes { writer.sample(bytes) }
        writer.begin(MetricTable.openDescriptors)
        if let count = process.openDescriptors { writer.sample(count) }
        writer.begin(MetricTable.descriptorsMax)
        if let count = process.descriptorsMax { writer.sample(count) }
        writer.begin(MetricTable.startTime)
        if let seconds = process.startUnixSeconds { writer.sample(seconds) }
    }

    private static func write<Label: MetricLabel>(
        _ counter: ClosedCounter<Label>, to writer: inout MetricsWriter
    ) {
        for label in Label.allCases { writer.sample(counter[label], [label.label]) }
    }

    /// A gauge that is summed over reactors may be seen a little below zero: one has counted a
    /// beginning, another not yet the end.
    private static func natural(_ value: Int) -> UInt64 { UInt64(max(value, 0)) }
}
