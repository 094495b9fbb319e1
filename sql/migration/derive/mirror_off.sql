DROP TRIGGER IF EXISTS dxy_mirror ON public.derived_data_bars
