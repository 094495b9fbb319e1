-- Least rights. dxy_capture owns the capture functions and may only append; dxy_silo is what a silo logs in as a member of;
-- dxy_reader reads. An ingest program needs none of them.
GRANT USAGE ON SCHEMA dxy TO dxy_capture, dxy_silo, dxy_reader;
GRANT INSERT ON dxy.change, dxy.correction TO dxy_capture;
GRANT SELECT ON dxy.clock TO dxy_capture, dxy_silo, dxy_reader;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dxy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dxy.now() TO dxy_capture, dxy_silo, dxy_reader;
GRANT EXECUTE ON FUNCTION dxy.length_of(text), dxy.bucket(text, timestamptz) TO dxy_silo, dxy_reader;
GRANT EXECUTE ON FUNCTION dxy.lock_target(text, text), dxy.hold_route(text), dxy.expand_changes(integer), dxy.adopt_targets() TO dxy_silo;

GRANT SELECT ON ALL TABLES IN SCHEMA dxy TO dxy_reader, dxy_silo;
GRANT INSERT, UPDATE, DELETE ON dxy.due, dxy.forming_bar, dxy.adopted, dxy.missed, dxy.sweep_position TO dxy_silo;
GRANT DELETE, UPDATE ON dxy.change TO dxy_silo;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars, public.derived_data_bars TO dxy_silo;
GRANT SELECT ON public.core_asset_registry_all TO dxy_silo, dxy_reader;
GRANT SELECT ON public.data_bars, public.derived_data_bars TO dxy_reader;

GRANT USAGE ON SCHEMA dxy_orleans TO dxy_silo, dxy_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA dxy_orleans TO dxy_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dxy_orleans TO dxy_silo;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dxy_orleans TO dxy_silo;

-- CREATE on the schema is what handing a function over asks of its new owner; it is taken back at once.
GRANT CREATE ON SCHEMA dxy TO dxy_capture;
ALTER FUNCTION dxy.capture_insert() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_update() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_update_derived() OWNER TO dxy_capture;
ALTER FUNCTION dxy.capture_delete() OWNER TO dxy_capture;
REVOKE CREATE ON SCHEMA dxy FROM dxy_capture;
