mod relay_cluster;
mod relay_mm1;
mod relay_mm4;
mod relay_support;
