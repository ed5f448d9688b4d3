package org.drugner.examples;

import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.model.Group;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.model.Segment;
import ca.uhn.hl7v2.model.Structure;
import ca.uhn.hl7v2.model.Type;
import ca.uhn.hl7v2.model.Varies;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The free text of HL7 version 2 messages: OBX-5 of type TX, FT or ST. */
final class Hl7Notes {
    private static final Set<String> TEXT_TYPES = Set.of("TX", "FT", "ST");

    private Hl7Notes() {}

    /** One note per message: reports are sent with a line of text in each OBX segment. */
    static Note of(String message) throws HL7Exception, IOException {
        try (HapiContext context = new DefaultHapiContext()) {
            // Real messages break the standard in details that do not matter here.
            context.setValidationContext(ValidationContextFactory.noValidation());
            Message parsed = context.getPipeParser().parse(message.replaceAll("\r\n|\n", "\r"));
            Note note = new Note();
            int number = 0;
            for (Segment obx : segments(parsed, "OBX")) {
                number++;
                Type[] values = obx.getField(5);
                for (int i = 0; i < values.length; i++) {
                    Type value = values[i] instanceof Varies varies ? varies.getData() : values[i];
                    if (TEXT_TYPES.contains(value.getName())) {
                        // HAPI has resolved the other escapes, such as \T\ for &.
                        String text = String.valueOf(value).replace("\\.br\\", "\n");
                        note.add("OBX[" + number + "]-5(" + (i + 1) + ")", text);
                    }
                }
            }
            return note;
        }
    }

    /** The segments of a name in the order of the message. */
    private static List<Segment> segments(Group group, String name) throws HL7Exception {
        List<Segment> found = new ArrayList<>();
        for (String child : group.getNames()) {
            for (Structure structure : group.getAll(child)) {
                if (structure instanceof Group inner) {
                    found.addAll(segments(inner, name));
                } else if (structure.getName().equals(name)) {
                    found.add((Segment) structure);
                }
            }
        }
        return found;
    }
}
