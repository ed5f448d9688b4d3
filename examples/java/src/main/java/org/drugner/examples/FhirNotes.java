package org.drugner.examples;

import ca.uhn.fhir.context.FhirContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Attachment;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.DocumentReference;

/** The plain text of FHIR R4 DocumentReference resources, alone or in a Bundle, in JSON. */
final class FhirNotes {
    private static final FhirContext R4 = FhirContext.forR4();
    private static final Pattern CHARSET = Pattern.compile("(?i)charset=\"?([^\";\\s]+)");

    private FhirNotes() {}

    /** One note per attachment. */
    static List<Note> of(String json) {
        List<Note> notes = new ArrayList<>();
        IBaseResource resource = R4.newJsonParser().parseResource(json);
        if (resource instanceof DocumentReference document) {
            addNotes(document, notes);
        } else if (resource instanceof Bundle bundle) {
            for (Bundle.BundleEntryComponent entry : bundle.getEntry()) {
                if (entry.getResource() instanceof DocumentReference document) {
                    addNotes(document, notes);
                }
            }
        }
        return notes;
    }

    private static void addNotes(DocumentReference document, List<Note> notes) {
        for (int i = 0; i < document.getContent().size(); i++) {
            Attachment attachment = document.getContent().get(i).getAttachment();
            String type = attachment.hasContentType() ? attachment.getContentType() : "";
            if (attachment.getData() != null && type.startsWith("text/plain")) {
                Matcher charset = CHARSET.matcher(type);
                Charset encoding = charset.find() ? Charset.forName(charset.group(1)) : StandardCharsets.UTF_8;
                Note note = new Note();
                String id = document.getIdElement().getIdPart();
                note.add("DocumentReference/" + id + ".content[" + i + "]", new String(attachment.getData(), encoding));
                notes.add(note);
            }
        }
    }
}
