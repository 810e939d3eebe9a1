package io.doppel.shell.internal.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Values as JSON. The fields are the components of the API's records, whose names are as stable as the API; times are
 * ISO-8601 in UTC, lengths of time too, bytes are numbers, what is not there is null.
 */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .registerModule(new SimpleModule()
                    .addSerializer(new Times())
                    .addSerializer(Duration.class, ToStringSerializer.instance)
                    .addSerializer(ZoneId.class, ToStringSerializer.instance)
                    .addSerializer(new Optionals())
                    .addSerializer(new Specs())
                    .addSerializer(new Fields()));

    private Json() {}

    /** The value as a document. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static final class Times extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        Times() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant at, JsonGenerator json, SerializerProvider p) throws IOException {
            if (at.equals(Instant.EPOCH)) {
                json.writeNull(); // The API's word for never.
            } else {
                json.writeString(at.toString());
            }
        }
    }

    private static final class Optionals extends StdSerializer<Optional<?>> {
        private static final long serialVersionUID = 1L;

        Optionals() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<?> value, JsonGenerator json, SerializerProvider p) throws IOException {
            p.defaultSerializeValue(value.orElse(null), json);
        }
    }

    private static final class Specs extends StdSerializer<SettingsSpec> {
        private static final long serialVersionUID = 1L;

        Specs() {
            super(SettingsSpec.class);
        }

        @Override
        public void serialize(SettingsSpec spec, JsonGenerator json, SerializerProvider p) throws IOException {
            p.defaultSerializeValue(spec.fields(), json);
        }
    }

    private static final class Fields extends StdSerializer<SettingField> {
        private static final long serialVersionUID = 1L;

        Fields() {
            super(SettingField.class);
        }

        @Override
        public void serialize(SettingField field, JsonGenerator json, SerializerProvider p) throws IOException {
            json.writeStartObject();
            json.writeStringField("name", field.name());
            json.writeStringField("type", field.type().name());
            json.writeStringField("help", field.help());
            json.writeBooleanField("required", field.isRequired());
            json.writeStringField("default", field.defaultValue().orElse(null));
            limit(json, "min", field.min(), Long.MIN_VALUE);
            limit(json, "max", field.max(), Long.MAX_VALUE);
            p.defaultSerializeField("choices", field.choices(), json);
            json.writeStringField("unit", field.unit());
            json.writeBooleanField("secret", field.isSecret());
            json.writeEndObject();
        }

        private static void limit(JsonGenerator json, String name, long value, long none) throws IOException {
            if (value == none) {
                json.writeNullField(name);
            } else {
                json.writeNumberField(name, value);
            }
        }
    }
}
