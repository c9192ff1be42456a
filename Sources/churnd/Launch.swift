internal import Dispatch
internal import POSIX
internal import PredictionService

/// One run of the program, from its arguments to its exit code.
struct Launch {
    /// sysexits.h: something is wrong with the configuration.
    private static let configurationExit: Int32 = 78
    private static let failureExit: Int32 = 1
    private static let signals = [Signals.terminate, Signals.interrupt, Signals.hangUp]
    /// For a log whose reader does not read.
    private static let logFlushSeconds = 1
    /// What a second signal leaves for ending in order: a disk that hangs could keep it for ever.
    private static let orderlyEndSeconds = 1

    let isDevelopment: Bool
    let filePath: String?
    /// What was given as `--key value`.
    let keys: [String]

    /// Serves until a signal ends it.
    func serve() -> Int32 {
        // Before the first thread is started, so that a signal waits until there is something to
        // end.
        Signals.block(Launch.signals)
        var configuration: ServiceConfiguration
        do throws(ConfigurationError) {
            configuration = try ServiceConfiguration.load(sources(), isDevelopment: isDevelopment)
        } catch {
            return Launch.fail("\(error)", Launch.configurationExit)
        }
        let sink = LogSink(stream: .output)
        do throws(StartError) {
            let session = isDevelopment ? try DevelopmentSession(&configuration) : nil
            let service = try Service.start(configuration, sink: sink)
            if let session {
                let text = session.instructions(
                    host: configuration.http.host, port: service.port,
                    operations: service.operationsAddress)
                StandardStream.error.write(Array(text.utf8).span)
            }
            heedSignals(service)
            service.waitUntilEnded()
        } catch {
            sink.flush(waitingAtMost: Launch.logFlushSeconds)
            return Launch.fail("\(error)", Launch.failureExit)
        }
        sink.flush(waitingAtMost: Launch.logFlushSeconds)
        return 0
    }

    /// Asks the churnd that this configuration describes.
    func checkHealth() -> Int32 {
        do throws(ConfigurationError) {
            return try HealthProbe.passes(sources()) ? 0 : Launch.failureExit
        } catch {
            return Launch.fail("\(error)", Launch.configurationExit)
        }
    }

    /// Prints what this run would be configured as.
    func printConfiguration() -> Int32 {
        do throws(ConfigurationError) {
            let text = try ConfigurationPrinter.text(sources(), isDevelopment: isDevelopment)
            return StandardStream.output.write(Array(text.utf8).span) ? 0 : Launch.failureExit
        } catch {
            return Launch.fail("\(error)", Launch.configurationExit)
        }
    }

    private func sources() throws(ConfigurationError) -> ConfigurationSources {
        ConfigurationSources(
            flags: try ConfigurationFlag.parse(keys), filePath: filePath,
            environment: Environment.variables())
    }

    private func heedSignals(_ service: Service) {
        DispatchQueue(label: "churnd.signals").async {
            while true {
                let signal = Signals.wait(for: Launch.signals)
                if signal == Signals.hangUp {
                    service.reloadModel()
                } else if service.beginDraining() {
                    let end = DispatchTime.now() + .seconds(Launch.orderlyEndSeconds)
                    DispatchQueue.global().asyncAfter(deadline: end) { Signals.end(by: signal) }
                }
            }
        }
    }

    private static func fail(_ message: String, _ code: Int32) -> Int32 {
        StandardStream.error.write(Array("churnd: \(message)\n".utf8).span)
        return code
    }
}
