package import AuditLog
internal import Bytes
internal import Deployment
internal import HTTP
internal import JSON
package import ModelRegistry
internal import Models

// Administrators' answers about models.

extension ModelChange {
    func append(to json: inout JSONWriter) {
        json.beginObject()
        json.name("active")
        json.string(active.fullName)
        json.name("sha256")
        json.string(active.sha256)
        json.name("previous")
        if let previous { json.string(previous.fullName) } else { json.null() }
        json.name("changed")
        json.bool(isChanged)
        json.endObject()
    }
}

extension ModelListing {
    func append(to json: inout JSONWriter) {
        json.beginObject()
        json.name("name")
        json.string(active.name)
        json.name("active")
        json.string(active.version)
        json.name("sha256")
        json.string(active.sha256)
        json.name("thresholds")
        json.beginObject()
        for (name, threshold) in [
            ("decision", active.thresholds.decision), ("high", active.thresholds.high),
            ("medium", active.thresholds.medium),
        ] {
            json.name(name)
            json.number(threshold)
        }
        json.endObject()
        json.name("previous")
        if let previous { json.string(previous) } else { json.null() }
        json.name("pinned")
        json.bool(isPinned)
        json.name("versions")
        json.beginArray()
        for version in versions { json.string(version) }
        json.endArray()
        json.name("total")
        json.number(total)
        json.name("truncated")
        json.bool(versions.count < total)
        if let refusal {
            json.name("refused")
            json.beginObject()
            json.name("version")
            if let version = refusal.version { json.string(version) } else { json.null() }
            json.name("reason")
            json.string(refusal.error.description)
            json.name("time")
            var time: [UInt8] = []
            Timestamp.append(unixMilliseconds: refusal.unixMilliseconds, to: &time)
            json.string(time.span)
            json.endObject()
        }
        json.endObject()
    }
}

extension ModelChange {
    /// As the audit log words it.
    package func note(by actor: AuditedOperator) -> AuditNote {
        .model(
            AuditNote.ModelAction(trigger),
            AuditedModel(name: active.fullName, digest: active.sha256), by: actor)
    }
}

extension AuditNote.ModelAction {
    fileprivate init(_ trigger: ModelTrigger) {
        self =
            switch trigger {
            case .activation: .activate
            case .rollback: .rollback
            case .reload: .reload
            case .watch: .watch
            }
    }
}
