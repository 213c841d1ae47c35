"""What people do here: ask for runs and take them back, save views, take files along. No pandas: web processes use these."""
