internal import Configuration
internal import Dispatch
internal import Doctor
internal import POSIX
internal import Service
internal import Telemetry

/// One run of the program, from its arguments to its exit code.
struct Launch {
    /// sysexits.h: something is wrong with the configuration.
    private static let configurationExit: Int32 = 78
    private static let failureExit: Int32 = 1
    private static let signals = [Signals.terminate, Signals.interrupt, Signals.hangUp]
    /// For a log whose reader does not read.
    private static let logFlushSeconds = 1

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
        do throws(SystemError) {
            if configuration.allowsCoreDumps {
                try ProcessMemory.unseal()
            } else {
                try ProcessMemory.forbidCoreFiles()
            }
        } catch {
            return Launch.fail("\(error)", Launch.failureExit)
        }
        // Writing to a closed pipe is an error, and is counted.
        Signals.ignoreBrokenPipes()
        for stream in [StandardStream.output, .error] { stream.appendToFile() }
        let sink: LogSink
        do throws(FileError) {
            sink = LogSink(
                output: try configuration.logFile.map { (path) throws(FileError) in
                    try LogOutput(path: path)
                } ?? LogOutput())
        } catch {
            return Launch.fail("log.file: \(error)", Launch.failureExit)
        }
        do throws(StartError) {
            let session = isDevelopment ? try DevelopmentSession(&configuration) : nil
            let service = try Service.start(configuration, sink: sink)
            if let session {
                let text = session.instructions(
                    host: configuration.http.host, port: service.port,
                    operations: service.operationsAddress,
                    isEncrypted: configuration.http.tls != nil)
                StandardStream.error.write(Array(text.utf8).span)
            }
            heedSignals(service, sink)
            let isWhole = service.waitUntilEnded()
            sink.flush(waitingAtMost: Launch.logFlushSeconds)
            return isWhole ? 0 : Launch.failureExit
        } catch {
            sink.flush(waitingAtMost: Launch.logFlushSeconds)
            return Launch.fail("\(error)", Launch.failureExit)
        }
    }

    /// Asks the churnd that this configuration describes.
    func check(_ question: HealthQuestion) -> Int32 {
        do throws(ConfigurationError) {
            return try HealthProbe.passes(sources(), question) ? 0 : Launch.failureExit
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
        // SageMaker's argument, in the place of a command.
        let isServe = keys.first == "serve"
        return .ofProcess(
            flags: try ConfigurationFlag.parse(isServe ? Array(keys.dropFirst()) : keys),
            filePath: filePath, isServe: isServe)
    }

    private func heedSignals(_ service: Service, _ sink: LogSink) {
        DispatchQueue(label: "churnd.signals").async {
            while true {
                if Signals.wait(for: Launch.signals) == Signals.hangUp {
                    sink.reopen()
                    service.reload()
                } else {
                    service.beginDraining()
                }
            }
        }
    }

    private static func fail(_ message: String, _ code: Int32) -> Int32 {
        StandardStream.error.write(Array("churnd: \(message)\n".utf8).span)
        return code
    }
}
